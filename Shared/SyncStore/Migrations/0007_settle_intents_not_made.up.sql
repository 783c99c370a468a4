-- A create that was turned away for a reason that passes (`not_made`) keeps the ordinal of its key; one that was refused
-- for good (`refused`) moves it.
alter table intent drop constraint intent_state_check;
alter table intent add constraint intent_state_check
    check (state in ('open', 'unknown', 'done', 'refused', 'not_made'));
