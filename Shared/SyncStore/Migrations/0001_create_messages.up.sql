-- The outbox of the producer and the inbox of the consumer in one: a row per message and destination queue, written in
-- the producer's transaction, settled in the consumer's. The broker only carries; losing it loses nothing.
--
-- status: 0 pending, 1 published (confirmed by the broker), 2 settled, 3 parked (waits for a link).
-- Ids are version 7, so a range of ids is a span of time: partitions need no second column, and a row leaves with its
-- partition. No index on status and half-full pages: both updates of a row stay on its page (HOT).
create table message (
    id uuid primary key,
    queue text not null,
    exchange text not null,
    routing_key text not null,
    generation integer not null default 1,
    status smallint not null default 0,
    -- Nobody but the lease's holder publishes the row before this time; after it, every relay may.
    lease_until timestamptz not null,
    publications integer not null default 0,
    body bytea not null
) partition by range (id);

create table message_default partition of message default with (fillfactor = 50);

-- The lowest id that can have been made at a time.
create function id_at(moment timestamptz) returns uuid language sql immutable strict parallel safe as $$
    select (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;
