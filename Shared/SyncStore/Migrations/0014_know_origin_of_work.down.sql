drop index dead_letter_elsewhere;
drop index work_dead;
drop index work_moving;
create index work_open on work (connection, changed_at) where state <> 'done';
alter table work drop column origin;
