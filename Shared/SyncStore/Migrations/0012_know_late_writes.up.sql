-- An attempt of which a look-up has found nothing, late enough (`absent`), was most likely never made; but a process that
-- slept may still send it. So may an earlier one of the sends of an attempt that was repeated.
alter table intent drop constraint intent_state_check;
alter table intent add constraint intent_state_check
    check (state in ('open', 'unknown', 'done', 'refused', 'not_made', 'absent'));
create index intent_late on intent (connection, record, entity) where state = 'absent' or attempts > 1;

-- Objects that a request of ours has made after we had gone on without it, and made another one. They are never taken for a
-- record; they are neutralised, which is tried until it is done. A row stays, for its object does.
create table late_object (
    connection text not null,
    native_type text not null,
    native_id text not null,
    entity text not null,
    record uuid not null,
    correlation uuid not null,
    found_at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'neutralised', 'given_up')),
    attempts integer not null default 0,
    due_at timestamptz not null,
    failure text,
    settled_at timestamptz,
    primary key (connection, native_type, native_id)
);
create index late_object_due on late_object (connection, due_at) where state = 'open';
