-- Ends a transaction whose premise does not hold: `select demand(count(*) = 3, 'lane_lost') from …`. So a premise can be
-- tested in the same round trip as the statements that rest on it. The word becomes a typed error (StoreError).
create function demand(holds boolean, word text) returns boolean language plpgsql as $$
begin
    if holds is not true then
        raise exception using errcode = 'PB001', message = word;
    end if;
    return true;
end
$$;

-- The lowest version 7 id that can have been made at a time.
create function id_at(moment timestamptz) returns uuid language sql immutable strict parallel safe as $$
    select (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

-- When the id was made.
create function time_of(id uuid) returns timestamptz language sql immutable strict parallel safe as $$
    select to_timestamp(('x0000' || left(replace(id::text, '-', ''), 12))::bit(64)::bigint / 1000.0)
$$;

-- The outbox of the producer and the inbox of the consumer in one: a row per message and destination queue, written in
-- the producer's transaction, settled in the consumer's. The broker only carries; losing it loses nothing.
--
-- status: 0 pending, 1 published (confirmed by the broker), 2 settled, 3 parked (waits for a link).
-- Ids are version 7, so a range of ids is a span of time: partitions need no second column, and a row leaves with its
-- partition. No index on status and half-full pages: both updates of a row stay on its page (HOT).
-- What changes stands first, so that the log of a change holds a few bytes of the row, not its body.
create table message (
    id uuid primary key,
    -- Nobody but the lease's holder publishes the row before this time; after it, every relay may.
    lease_until timestamptz not null,
    generation integer not null default 1,
    -- How often it was handed to the broker again; the wait before the next time grows with it.
    publications integer not null default 0,
    status smallint not null default 0,
    queue text not null,
    exchange text not null,
    routing_key text not null,
    body bytea not null
) partition by range (id);

create table message_default partition of message default with (fillfactor = 50);
