-- The desired state of a record at a connection: the newest one only. A row stays when it is done, for its version keeps
-- an older command that arrives late from bringing an old value back. `body` is the command as it was received.
create table work (
    connection text not null,
    record uuid not null,
    entity text not null,
    version bigint not null,
    generation integer not null default 1,
    attempts integer not null default 0,
    priority smallint not null,
    state text not null default 'ready' check (state in ('ready', 'waiting', 'done', 'dead')),
    due_at timestamptz not null,
    -- The oldest change that has not reached the system yet; freshness is measured from here.
    changed_at timestamptz not null,
    updated_at timestamptz not null default now(),
    command uuid not null,
    correlation uuid not null,
    effect uuid,
    -- Fields of this version that the vendor has refused by name; the others go.
    held text[] not null default '{}',
    failure_class text,
    failure_code text,
    failure text,
    body bytea not null,
    primary key (connection, record, entity)
) with (fillfactor = 60);
create index work_ready on work (connection, priority, due_at) where state = 'ready';
create index work_open on work (connection, changed_at) where state <> 'done';
create index work_record on work (record);

-- A request to a vendor that is about to be sent, or was: committed before the first byte leaves. While one is open or
-- unknown, nothing newer of that record is sent there.
create table intent (
    id uuid primary key,
    connection text not null,
    record uuid not null,
    entity text not null,
    native_type text not null,
    native_id text,
    key text not null,
    ordinal integer not null,
    lane_epoch bigint not null,
    state text not null default 'open' check (state in ('open', 'unknown', 'done', 'refused')),
    sent_at timestamptz not null,
    -- Not before this time does a look-up that finds nothing mean that nothing was made.
    absent_after timestamptz not null,
    attempts integer not null default 1,
    request bytea not null,
    fault text,
    settled_at timestamptz
) with (fillfactor = 60);
create unique index intent_open on intent (connection, record, entity) where state in ('open', 'unknown');
create index intent_creating on intent (connection, native_type) where state in ('open', 'unknown') and native_id is null;
create index intent_record on intent (connection, record, entity, ordinal);

-- What waits for a parent. An event (`message`) waits for the link of a native object; work waits for the record's link.
-- Whoever parks and whoever links hold the same advisory lock, and look again under it.
create table park (
    id uuid primary key,
    connection text not null,
    parent_type text,
    parent_id text,
    parent_entity text not null,
    parent_record uuid,
    message uuid,
    record uuid,
    entity text,
    cause text not null,
    parked_at timestamptz not null default now(),
    deadline timestamptz not null,
    check ((message is null) <> (record is null)),
    check ((parent_id is null) <> (parent_record is null))
);
create index park_native on park (connection, parent_type, parent_id, parent_entity) where parent_id is not null;
create index park_record on park (connection, parent_record) where parent_record is not null;
create unique index park_message on park (message, connection, parent_type, parent_id, parent_entity) where message is not null;
create unique index park_work on park (connection, record, entity, parent_record) where record is not null;
create index park_deadline on park (deadline);
