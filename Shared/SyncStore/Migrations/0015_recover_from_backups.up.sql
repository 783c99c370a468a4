-- A recovery: the database was restored from a backup, so it is older than the systems (decision 0023). While one is not
-- released, nothing is written to any system, and everything is read again. One at a time is open.
create table recovery (
    id uuid primary key,
    -- The time of the backup.
    restored_to timestamptz not null,
    begun_at timestamptz not null default clock_timestamp(),
    begun_by text not null,
    reason text not null,
    phase text not null default 'asking' check (
        phase in ('asking', 'reading', 'routing', 'confirming', 'deciding', 'delivering', 'released')),
    -- The phase waits for what was hinted at, or made, before this time.
    awaited_until timestamptz not null default clock_timestamp(),
    released_at timestamptz,
    closed_at timestamptz,
    closed_by text,
    closing text
) with (fillfactor = 50);
create unique index recovery_open on recovery ((true)) where closed_at is null;
create index recovery_held on recovery (begun_at) where released_at is null;

-- How far the reading of a connection is.
create table recovery_reading (
    recovery uuid not null,
    connection text not null,
    -- The streams that are asked anew; null until the connection's adapter has told which there are.
    streams text[],
    rewound text[] not null default '{}',
    passed text[] not null default '{}',
    -- The last linked object that was marked, in the order of type and id; how many were; and when the last one was.
    marked_type text not null default '',
    marked_id text not null default '',
    marked integer not null default 0,
    marked_at timestamptz,
    primary key (recovery, connection)
) with (fillfactor = 50);
