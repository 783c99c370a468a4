drop table circuit;
