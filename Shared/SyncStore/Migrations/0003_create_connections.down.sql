drop table lane;
drop table dirty;
drop table webhook;
drop table checkpoint;
drop table lease;
drop table rate_budget;
drop table account;
drop table connection;
