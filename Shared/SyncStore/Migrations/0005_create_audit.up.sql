-- Everything that was seen, decided and done. Rows are never changed, but for `actor`, `salt` and `body`, which can be
-- erased together: `digest` is the SHA-256 of the three, and the chain covers the digest with the other columns.
create table audit (
    id uuid primary key,
    at timestamptz not null,
    record uuid,
    correlation uuid,
    message uuid,
    kind text not null,
    entity text,
    connection text,
    actor text,
    digest bytea not null,
    salt bytea,
    body bytea
) partition by range (id);
create table audit_default partition of audit default;
create index audit_record on audit (record, id) where record is not null;
create index audit_correlation on audit (correlation) where correlation is not null;

-- The hash chain over the audit rows, in the order in which the sealer took them: each head is the hash of the one
-- before, the position and the row. A row without a link is not sealed yet; transactions commit in any order, so the
-- sealer looks for such rows and never for "what is newer than the last".
create table chain (
    position bigint primary key,
    audit uuid not null unique,
    head bytea not null
);

-- A seal: the head of the hash chain after `last_position`, signed. An anchor is a copy in a file outside of the database.
create table seal (
    last_position bigint primary key,
    entries integer not null,
    head bytea not null,
    signature bytea not null,
    key_id text not null,
    sealed_at timestamptz not null,
    anchored_at timestamptz
);

-- The policy's versions; exactly one is active. A transaction that decides shares an advisory lock, activation takes it
-- alone: so each decision holds one version from its first look to its commit.
create table policy (
    version bigint primary key,
    document text not null,
    hash bytea not null,
    active boolean not null,
    installed_at timestamptz not null default now(),
    installed_by text not null,
    reason text not null
);
create unique index policy_active on policy (active) where active;

-- What could not be done and waits for a person, with everything needed to understand it.
create table dead_letter (
    id uuid primary key,
    source text not null check (source in ('broker', 'event', 'work', 'read', 'webhook')),
    queue text,
    message uuid,
    connection text,
    entity text,
    record uuid,
    native_type text,
    native_id text,
    failure_class text not null,
    code text not null,
    failure text not null,
    fix text not null,
    attempts integer not null,
    generation integer not null default 1,
    first_failed_at timestamptz not null,
    last_failed_at timestamptz not null,
    correlation uuid,
    headers jsonb not null default '{}',
    payload bytea not null,
    state text not null default 'open' check (state in ('open', 'replaying', 'replayed', 'resolved', 'archived')),
    -- What the same thing failing again in the same way has in common; it adds to the open letter then.
    subject text not null
);
create index dead_letter_state on dead_letter (state, id);
create index dead_letter_record on dead_letter (record) where record is not null;
create unique index dead_letter_open on dead_letter (subject) where state = 'open';

-- Snapshots of a scope, as the vendor showed it.
create table snapshot_run (
    id uuid primary key,
    connection text not null,
    entity text not null,
    requested_by text not null,
    requested_at timestamptz not null default now(),
    state text not null default 'requested' check (state in ('requested', 'running', 'complete', 'failed')),
    finished_at timestamptz,
    entries bigint not null default 0,
    failure text
);
create index snapshot_run_scope on snapshot_run (connection, entity, id);
create table snapshot_entry (
    run uuid not null,
    native_type text not null,
    native_id text not null,
    record uuid,
    read_at timestamptz not null,
    digest bytea not null,
    body bytea not null
);
create index snapshot_entry_run on snapshot_entry (run, native_type, native_id);

-- Figures that the reconciler keeps, per flow.
create table freshness (
    entity text not null,
    source text not null,
    target text not null,
    oldest_change_at timestamptz,
    waiting bigint not null,
    measured_at timestamptz not null,
    primary key (entity, source, target)
) with (fillfactor = 50);
