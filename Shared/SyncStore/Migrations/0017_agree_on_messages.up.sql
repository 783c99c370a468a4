-- The version of messages that is written: the newest that every program at work reads (decision 0027). Where programs of an
-- older release may be at work, or their messages under way, it is theirs until an operator says that none is left.
create table message_schema (
    is_only boolean primary key default true check (is_only),
    written integer not null check (written >= 1),
    raised_at timestamptz not null default now()
);
insert into message_schema (written)
select case
    when exists (select from connection) or exists (select from message) or exists (select from replica) then 1 else 2
end;

-- The newest version of messages that a process reads; null for one of a release that did not tell.
alter table replica add column reads_schema integer;
