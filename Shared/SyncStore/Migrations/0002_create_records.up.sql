-- A record: its fields with provenance and previous values, as encoded bytes (RecordCoding). The router locks rows in
-- the order of ids.
create table record (
    id uuid primary key,
    version bigint not null,
    updated_at timestamptz not null default now(),
    entity text not null,
    -- The record that goes on, once this one was merged into it. It stands in the row itself, so that whoever waited for
    -- the row's lock sees it.
    merged_into uuid,
    body bytea not null
) with (fillfactor = 50);

-- Which record refers to which, kept beside the bytes so that children can be found from their parent.
create table record_reference (
    child uuid not null,
    field text not null,
    parent uuid not null,
    child_entity text not null,
    primary key (child, field, parent)
);
create index record_reference_parent on record_reference (parent, child_entity);

-- The identity map. A pending link has no native id yet: a create is under way. A record has one active or pending link
-- per connection; an alias is another native object of the same record (merged away), a tombstone one that is gone.
-- Whoever makes a link holds the advisory locks of the object and of the record's place in the connection.
create table link (
    id uuid primary key,
    connection text not null,
    native_type text not null,
    native_id text,
    entity text not null,
    record uuid not null,
    state text not null check (state in ('pending', 'active', 'alias', 'tombstone')),
    made_at timestamptz not null default now(),
    check (state = 'pending' or native_id is not null),
    unique (connection, native_type, native_id, entity)
);
create unique index link_place on link (record, connection, entity) where state in ('pending', 'active');
create index link_past on link (record) where state in ('alias', 'tombstone');

-- What each system last showed: read from it, or answered after our write. Events hold only what differs from here, and
-- egress sends only what differs from here. An older read never replaces a newer one.
create table shadow (
    connection text not null,
    native_type text not null,
    native_id text not null,
    entity text not null,
    version_token text,
    read_at timestamptz not null,
    body bytea not null,
    primary key (connection, native_type, native_id, entity)
) with (fillfactor = 60);

-- Invoice references: each is written once; the current one is a field of the job.
create table invoice_reference (
    record uuid not null,
    invoice uuid not null,
    connection text not null,
    number text not null,
    state text not null check (state in ('posted', 'void')),
    made_at timestamptz not null default now(),
    primary key (record, invoice)
);
create index invoice_reference_invoice on invoice_reference (invoice);

-- Effects: things that happen once per cause and occurrence, and are never coalesced.
create table effect (
    id uuid primary key,
    kind text not null,
    cause uuid not null,
    occurrence integer not null,
    result uuid,
    state text not null default 'wanted' check (state in ('wanted', 'done', 'cancelled')),
    reason text not null,
    made_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    unique (cause, kind, occurrence)
);

-- What a person must decide: an edit by somebody who does not own the field, or a change of scope during the work.
-- `proposed` and `current` are values in their written form (FieldCoding); empty where the field is cleared.
create table proposal (
    id uuid primary key,
    kind text not null,
    record uuid not null,
    entity text not null,
    field text not null,
    connection text not null,
    proposed bytea not null,
    current bytea not null,
    reason text not null,
    event uuid not null,
    correlation uuid not null,
    changed_at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'accepted', 'rejected', 'withdrawn')),
    decided_by text,
    decided_at timestamptz,
    decision text,
    made_at timestamptz not null default now()
);
-- One open proposal per field and side: a second edit there replaces the proposed value.
create unique index proposal_open on proposal (record, field, connection) where state = 'open';
create index proposal_record on proposal (record);
create index proposal_state on proposal (state, id);
