update effect set state = 'wanted' where state = 'dead';
drop index effect_result;
alter table effect drop column connection;
alter table effect drop column native_type;
alter table effect drop column native_id;
alter table effect drop constraint effect_state_check;
alter table effect add constraint effect_state_check check (state in ('wanted', 'done', 'cancelled'));
