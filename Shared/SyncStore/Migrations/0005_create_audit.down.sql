drop table freshness;
drop table snapshot_entry;
drop table snapshot_run;
drop table dead_letter;
drop table policy;
drop table seal;
drop table chain;
drop table audit;
