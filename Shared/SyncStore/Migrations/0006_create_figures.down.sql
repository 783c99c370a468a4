drop index work_held;
drop table queue_figure;
