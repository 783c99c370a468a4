-- A connection as its adapter has declared it, with what its connector can do.
create table connection (
    id text primary key,
    vendor text not null,
    role text not null check (role in ('crm', 'fsm', 'ledger')),
    account text not null,
    base_url text not null,
    capabilities jsonb not null,
    declared_at timestamptz not null default now()
);

-- What a connection is doing. It changes with every call that fails, so it has a table of its own with room for that.
create table connection_state (
    connection text primary key,
    paused boolean not null default false,
    -- The circuit: while open, work is not claimed, but still taken in. Afterwards one piece of work probes.
    failures integer not null default 0,
    open_until timestamptz,
    last_failure text,
    last_failure_at timestamptz,
    last_success_at timestamptz
) with (fillfactor = 20);

-- Credentials of an account, sealed with AES-GCM; `version` counts the refreshes. Whoever refreshes holds the row's lock.
create table account (
    id text primary key,
    key_id text not null,
    sealed bytea not null,
    expires_at timestamptz,
    version bigint not null default 1,
    refreshed_at timestamptz not null default now()
);

-- One bucket per account, shared by all replicas of all its connections.
create table rate_budget (
    account text primary key,
    burst double precision not null check (burst > 0),
    per_second double precision not null check (per_second > 0),
    tokens double precision not null,
    refilled_at timestamptz not null default now(),
    blocked_until timestamptz
) with (fillfactor = 20);

-- Leases and lanes draw their epochs from here, so that an epoch is never given twice, even if its row was deleted.
create sequence epoch;

-- Leases of loops that one process at a time may run; the epoch fences a holder that slept too long.
create table lease (
    name text primary key,
    holder text not null,
    epoch bigint not null default nextval('epoch'),
    until timestamptz not null
) with (fillfactor = 50);

-- Where a poll goes on.
create table checkpoint (
    connection text not null,
    stream text not null,
    cursor text not null,
    moved_at timestamptz not null default now(),
    primary key (connection, stream)
) with (fillfactor = 50);

-- Webhooks as they came in, committed before they are answered. The outcome says what was made of them.
create table webhook (
    id uuid primary key,
    received_at timestamptz not null,
    connection text not null,
    outcome text not null,
    headers jsonb not null,
    body bytea not null
) partition by range (id);
create table webhook_default partition of webhook default;

-- Native objects that must be read. `marks` counts the hints: a read clears no more than it saw.
create table dirty (
    connection text not null,
    native_type text not null,
    native_id text not null,
    marks bigint not null default 1,
    attempts integer not null default 0,
    -- Whether the event shall carry every field, not only those that differ from the shadow.
    whole boolean not null default false,
    correlation uuid not null,
    hinted_at timestamptz not null,
    due_at timestamptz not null,
    failure text,
    primary key (connection, native_type, native_id)
) with (fillfactor = 70);
create index dirty_due on dirty (connection, due_at);

-- One lane per native object (or per record while it is being created): who holds it reads or writes there. A lane that
-- was given back has no row.
create table lane (
    connection text not null,
    key text not null,
    epoch bigint not null default nextval('epoch'),
    holder text not null,
    until timestamptz not null,
    primary key (connection, key)
) with (fillfactor = 50);
