-- A connection as its adapter has declared it, with what its connector can do.
create table connection (
    id text primary key,
    vendor text not null,
    role text not null check (role in ('crm', 'fsm', 'ledger')),
    account text not null,
    base_url text not null,
    capabilities jsonb not null,
    paused boolean not null default false,
    -- The circuit: while open, work is not claimed, but still taken in.
    failures integer not null default 0,
    open_until timestamptz,
    last_failure text,
    last_success_at timestamptz,
    declared_at timestamptz not null default now()
);

-- Credentials of an account, sealed with AES-GCM; `version` counts the refreshes.
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
    burst double precision not null,
    per_second double precision not null,
    tokens double precision not null,
    refilled_at timestamptz not null default now(),
    blocked_until timestamptz
);

-- Leases of loops that one process at a time may run; the epoch fences a holder that slept too long.
create table lease (
    name text primary key,
    holder text not null,
    epoch bigint not null default 1,
    until timestamptz not null
);

-- Where a poll goes on.
create table checkpoint (
    connection text not null,
    stream text not null,
    cursor text not null,
    moved_at timestamptz not null default now(),
    primary key (connection, stream)
);

-- Webhooks as they came in, committed before they are answered.
create table webhook (
    id uuid primary key,
    connection text not null,
    received_at timestamptz not null,
    headers jsonb not null,
    body bytea not null,
    outcome text not null
);

-- Native objects that must be read. `marks` counts the hints: a read clears no more than it saw.
create table dirty (
    connection text not null,
    native_type text not null,
    native_id text not null,
    marks bigint not null default 1,
    correlation uuid not null,
    hinted_at timestamptz not null,
    due_at timestamptz not null,
    attempts integer not null default 0,
    failure text,
    primary key (connection, native_type, native_id)
) with (fillfactor = 70);
create index dirty_due on dirty (connection, due_at);

-- One lane per native object (or per record while it is being created): who holds it reads or writes there.
create table lane (
    connection text not null,
    key text not null,
    epoch bigint not null default 1,
    holder text not null,
    until timestamptz not null,
    primary key (connection, key)
) with (fillfactor = 50);
