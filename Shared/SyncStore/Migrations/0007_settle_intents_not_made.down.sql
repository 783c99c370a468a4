update intent set state = 'refused' where state = 'not_made';
alter table intent drop constraint intent_state_check;
alter table intent add constraint intent_state_check check (state in ('open', 'unknown', 'done', 'refused'));
