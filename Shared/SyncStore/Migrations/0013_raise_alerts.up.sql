-- What is wrong, found by looking (decision 0019). A row is a condition: seen, then raised once it has lasted long enough,
-- then resolved by itself. There is one row at a time for a kind and subject.
create table alert (
    id uuid primary key,
    kind text not null,
    subject text not null,
    -- What has the same root, so that one outage is one thing to read about.
    grouped_by text not null,
    connection text,
    severity text not null check (severity in ('warning', 'critical')),
    cause text not null,
    advice text not null,
    -- Since when it is wrong, as far as is known.
    since timestamptz not null,
    seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    raised_at timestamptz,
    resolved_at timestamptz,
    -- Counts what receivers are to be told: raised, become graver, resolved; and the last of it that they were told.
    sequence integer not null default 0,
    told integer not null default 0,
    tell_at timestamptz not null default now(),
    tell_failures integer not null default 0,
    tell_failure text
) with (fillfactor = 50);
create unique index alert_open on alert (kind, subject) where resolved_at is null;
create index alert_untold on alert (tell_at) where told < sequence;
create index alert_resolved on alert (resolved_at) where resolved_at is not null;

-- The processes at work. A graceful stop removes the row, so that scaling down is no alarm; a row that is not seen any more
-- is a process that died or hangs, until another one of its service has taken its place.
create table replica (
    id text primary key,
    service text not null,
    host text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    -- How often it shows itself, in microseconds.
    pace bigint not null,
    -- The loops that it runs or stands by for, and the connections that it serves.
    loops text[] not null,
    connections text[] not null,
    replaced_at timestamptz
) with (fillfactor = 50);

-- When each loop came to its end last, whichever process ran it.
create table loop_progress (
    name text primary key,
    connection text,
    -- From one end to the next, in microseconds.
    pace bigint not null,
    done_at timestamptz not null,
    failed_at timestamptz,
    failure text
) with (fillfactor = 50);

-- What each source of webhooks has said, and what polls have found since that it did not say.
create table webhook_source (
    connection text not null,
    native_type text not null,
    heard_at timestamptz,
    missed integer not null default 0,
    missed_since timestamptz,
    primary key (connection, native_type)
) with (fillfactor = 50);
-- Whether only polls have named the object.
alter table dirty add column polled boolean not null default false;

-- Probes that go the way of changes, from the adapter of one connection by the router to the adapter of another.
create table canary (
    source text not null,
    target text not null,
    made_at timestamptz not null default now(),
    -- How many were sent, and the number of the last that arrived.
    sent bigint not null default 0,
    arrived bigint not null default 0,
    sent_at timestamptz,
    -- When the oldest was sent that has not arrived, nor any later one.
    waiting_since timestamptz,
    arrived_at timestamptz,
    -- How long the last one took, in microseconds.
    took bigint,
    primary key (source, target)
) with (fillfactor = 50);

-- What is on its way: without that which waits for a parent, for a person, or for its turn in a replay. And how old it may
-- become, in microseconds.
alter table freshness
    add column moving_since timestamptz,
    add column moving bigint not null default 0,
    add column objective bigint;
