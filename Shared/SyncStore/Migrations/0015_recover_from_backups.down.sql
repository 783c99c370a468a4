drop table recovery_reading;
drop table recovery;
