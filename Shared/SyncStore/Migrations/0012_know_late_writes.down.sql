drop table late_object;
drop index intent_late;
update intent set state = 'not_made' where state = 'absent';
alter table intent drop constraint intent_state_check;
alter table intent add constraint intent_state_check
    check (state in ('open', 'unknown', 'done', 'refused', 'not_made'));
