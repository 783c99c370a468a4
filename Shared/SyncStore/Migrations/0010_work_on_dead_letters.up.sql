-- What letters have in common, so that a thousand of them are one line: `cause` is the key of the group, `pattern` the
-- failure without the particulars of one letter. `redacted` is the payload without protected values, written with it, so
-- that a role needs no right to the payload itself. The three are null in older letters, until `migrate` fills them in.
alter table dead_letter
    add column cause text,
    add column pattern text,
    add column redacted text,
    -- Who holds it while it is being replayed, and when that began; before, it waits for its turn.
    add column replay uuid,
    add column opened_at timestamptz,
    -- How it ended.
    add column closed_at timestamptz,
    add column closed_by text,
    add column closing text;
update dead_letter set closed_at = last_failed_at where state in ('replayed', 'resolved', 'archived');

-- What fails again while it is being replayed is still the same letter.
drop index dead_letter_open;
create unique index dead_letter_subject on dead_letter (subject) where state in ('open', 'replaying');
-- Counting and grouping walk over this and not over the payloads.
create index dead_letter_group on dead_letter (state, cause, failure_class, connection, entity, code, record)
    include (source, attempts, first_failed_at, last_failed_at);
create index dead_letter_newest on dead_letter (last_failed_at desc, id desc);
create index dead_letter_message on dead_letter (message) where message is not null and state in ('open', 'replaying');
create index dead_letter_native on dead_letter (connection, native_type, native_id)
    where source = 'read' and state in ('open', 'replaying');
create index dead_letter_webhook on dead_letter (connection) where source = 'webhook' and state = 'replaying';
create index dead_letter_closed on dead_letter (closed_at) where state in ('replayed', 'resolved', 'archived');

-- Corrections of a letter's payload. What is sent by a replay is the letter's payload; these say what it was before.
create table dead_letter_edit (
    id uuid primary key,
    letter uuid not null,
    edited_at timestamptz not null default now(),
    edited_by text not null,
    reason text not null,
    -- The patch in words: fields and what was done with each, without values.
    changes text not null,
    before bytea not null
);
create index dead_letter_edit_letter on dead_letter_edit (letter, id);

-- Letters that are being replayed together, and how that goes. All that a runner knows is here: another one goes on.
create table replay (
    id uuid primary key,
    state text not null default 'running' check (state in ('running', 'paused', 'stopped', 'done', 'aborted')),
    requested_by text not null,
    reason text not null,
    filter text not null,
    total integer not null,
    -- How many may be under way at once, and how many have ended well since that grew.
    width integer not null default 1,
    streak integer not null default 0,
    opened integer not null default 0,
    succeeded integer not null default 0,
    failed integer not null default 0,
    skipped integer not null default 0,
    -- Those of the skipped that had been opened before.
    skipped_opened integer not null default 0,
    -- So many failures (since the last resumption) stop it.
    failure_limit integer not null check (failure_limit > 0),
    failures integer not null default 0,
    note text,
    made_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index replay_active on replay (id) where state in ('running', 'paused', 'stopped');

create table replay_item (
    replay uuid not null,
    letter uuid not null,
    state text not null default 'waiting' check (state in ('waiting', 'opened', 'succeeded', 'failed', 'skipped')),
    outcome text,
    changed_at timestamptz not null default now(),
    primary key (replay, letter)
) with (fillfactor = 70);
create index replay_item_active on replay_item (replay, state, letter) where state in ('waiting', 'opened');
create index replay_item_letter on replay_item (letter);

-- The letter that a message was published again for; it is a header of the message.
alter table message add column replay_of uuid;

-- How each field is to be treated where people without the right to personal data look; `migrate` writes the model's.
create table model_field (
    entity text not null,
    field text not null,
    pii text not null,
    primary key (entity, field)
);
-- Records with the values that everybody may see; of a protected value its class is shown.
create view record_shown as
select r.id, r.entity, r.merged_into, (
    select jsonb_object_agg(f.key, case when f.value -> 'v' = 'null' or m.pii = 'none' then f.value -> 'v'
        else to_jsonb('[' || coalesce(m.pii, 'unknown field') || ']') end)
    from jsonb_each(convert_from(r.body, 'UTF8')::jsonb -> 'fields') f
    left join model_field m on m.entity = r.entity and m.field = f.key
) as fields
from record r;
