alter table replica drop column reads_schema;
drop table message_schema;
