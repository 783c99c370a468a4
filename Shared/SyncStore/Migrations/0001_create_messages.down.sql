drop table message;
drop function id_at(timestamptz);
