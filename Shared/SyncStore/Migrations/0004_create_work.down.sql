drop table park;
drop table intent;
drop table work;
