alter table shadow drop column modified_at, drop column modified_seen_at;
