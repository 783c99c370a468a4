"""Stores webhooks as Plumbline's ingress does, in FastAPI: the measure for Tests/Benchmarks/Ingress.

The signature is verified and the row committed before the answer, through a pool of connections like the adapter's.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import socket
import time
import uuid
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

import asyncpg
import uvicorn
from fastapi import FastAPI, Request, Response

database = urlsplit(os.environ["DATABASE_URL"])
schema = parse_qs(database.query)["search_path"][0]
with open(os.environ["SECRET_FILE"], "rb") as file:
    secret = file.read()


@asynccontextmanager
async def lifespan(application: FastAPI):
    application.state.pool = await asyncpg.create_pool(
        database._replace(query="").geturl(), min_size=4, max_size=4, server_settings={"search_path": schema}
    )
    yield
    await application.state.pool.close()


application = FastAPI(lifespan=lifespan)


def time_ordered_id() -> uuid.UUID:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | random
    value = value & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


@application.post("/webhooks/{connection}")
async def webhook(connection: str, request: Request) -> Response:
    body = await request.body()
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    if not hmac.compare_digest(signature, request.headers.get("x-jobber-hmac-sha256", "")):
        return Response(status_code=401)
    json.loads(body)["data"]["webHookEvent"]["itemId"]
    headers = json.dumps({name: value for name, value in request.headers.items() if "hmac" not in name})
    await application.state.pool.execute(
        "insert into webhook (id, received_at, connection, outcome, headers, body) values ($1, $2, $3, $4, $5, $6)",
        time_ordered_id(), datetime.now(timezone.utc), connection, "marked", headers, body,
    )
    return Response(status_code=204)


async def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    path = os.environ["PORT_FILE"]
    with open(path + ".new", "w") as file:
        file.write(str(listener.getsockname()[1]))
    os.replace(path + ".new", path)
    await task


asyncio.run(main())
