alter table freshness drop column objective, drop column moving, drop column moving_since;
drop table canary;
alter table dirty drop column polled;
drop table webhook_source;
drop table loop_progress;
drop table replica;
drop table alert;
