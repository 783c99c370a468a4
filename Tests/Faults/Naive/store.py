"""What the consumer keeps in PostgreSQL: which object stands for which, and the tokens."""

import asyncio
import contextlib

import asyncpg

SCHEMA = """
create schema if not exists naive;
create table if not exists naive.link (
    kind text not null, ours text not null, theirs text not null, primary key (kind, ours));
create index if not exists link_theirs on naive.link (kind, theirs);
create table if not exists naive.token (
    vendor text primary key, access text not null, refresh text not null);
"""

FAILURES = (OSError, asyncio.TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Links:
    """The ID map, on one connection."""

    def __init__(self, connection):
        self.connection = connection

    async def get(self, kind, ours):
        return await self.connection.fetchval(
            "select theirs from naive.link where kind = $1 and ours = $2", kind, ours)

    async def owner(self, kind, theirs):
        return await self.connection.fetchval(
            "select ours from naive.link where kind = $1 and theirs = $2", kind, theirs)

    async def put(self, kind, ours, theirs):
        await self.connection.execute(
            "insert into naive.link values ($1, $2, $3) on conflict do nothing", kind, ours, theirs)


class Store:
    """A pool of connections, and what is done with them."""

    def __init__(self, pool):
        self.pool = pool

    @classmethod
    async def open(cls, url):
        pool = await asyncpg.create_pool(url, min_size=1, max_size=30, timeout=5, command_timeout=15)
        store = cls(pool)
        # Several processes start at once.
        async with store.connection() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(1)")
            await connection.execute(SCHEMA)
        return store

    @contextlib.asynccontextmanager
    async def connection(self):
        connection = await self.pool.acquire(timeout=5)
        try:
            yield connection
        except FAILURES:
            # Whether it can be used again nobody knows.
            with contextlib.suppress(asyncpg.InterfaceError):
                connection.terminate()
            raise
        finally:
            await self.pool.release(connection, timeout=5)

    @contextlib.asynccontextmanager
    async def links(self):
        async with self.connection() as connection:
            yield Links(connection)

    @contextlib.asynccontextmanager
    async def locked(self, company):
        """One handler at a time for all that belongs to a company, over all processes."""
        async with self.connection() as connection:
            await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", company)
            # Given back with the connection, whose reset takes all locks back.
            yield Links(connection)

    async def tokens(self, vendor, access, refresh):
        """The tokens that were stored last; at the very first those that were given."""
        async with self.connection() as connection:
            await connection.execute(
                "insert into naive.token values ($1, $2, $3) on conflict do nothing", vendor, access, refresh)
            return await connection.fetchval("select access from naive.token where vendor = $1", vendor)

    @contextlib.asynccontextmanager
    async def token_row(self, vendor):
        """The row of the tokens, locked, so that a refresh token is not spent twice."""
        async with self.connection() as connection, connection.transaction():
            row = await connection.fetchrow("select * from naive.token where vendor = $1 for update", vendor)

            async def save(access, refresh):
                await connection.execute(
                    "update naive.token set access = $2, refresh = $3 where vendor = $1", vendor, access, refresh)

            yield row["access"], row["refresh"], save
