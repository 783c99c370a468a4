drop view record_shown;
drop table model_field;
alter table message drop column replay_of;
drop table replay_item;
drop table replay;
drop table dead_letter_edit;
drop index dead_letter_closed;
drop index dead_letter_webhook;
drop index dead_letter_native;
drop index dead_letter_message;
drop index dead_letter_newest;
drop index dead_letter_group;
drop index dead_letter_subject;
update dead_letter set state = 'open' where state = 'replaying';
create unique index dead_letter_open on dead_letter (subject) where state = 'open';
alter table dead_letter drop column cause, drop column pattern, drop column redacted, drop column replay,
    drop column opened_at, drop column closed_at, drop column closed_by, drop column closing;
