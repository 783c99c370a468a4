drop table message;
drop function time_of(uuid);
drop function id_at(timestamptz);
drop function demand(boolean, text);
