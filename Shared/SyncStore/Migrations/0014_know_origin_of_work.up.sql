-- The connection where the change was made that a piece of work carries. Freshness asks for it with every measurement; to
-- look into the message that was the cause each time would cost a look at each letter.
alter table work add column origin text;
with cause as (
    select w.connection, w.record, w.entity, substring(m.body for 2048) as head
    from (
        select connection, record, entity, split_part(encode(substring(substring(body for 2048)
            from nullif(position('"causationid":"'::bytea in substring(body for 2048)), 0) + 15 for 48), 'escape'), '"', 1)
            as id
        from work where state <> 'done'
    ) as w
    join message m on m.id = case when w.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then w.id::uuid end
)
update work as w set origin = split_part(encode(substring(c.head
    from nullif(position('"source":"/connections/'::bytea in c.head), 0) + 23 for 48), 'escape'), '"', 1)
from cause c
where w.connection = c.connection and w.record = c.record and w.entity = c.entity;

-- What is on its way, and what was given up: of the latter there may be very much, and it is counted from the index alone.
drop index work_open;
create index work_moving on work (connection, changed_at) where state in ('ready', 'waiting');
create index work_dead on work (connection, record) include (entity, origin, changed_at) where state = 'dead';
create index dead_letter_elsewhere on dead_letter (source, connection)
    where source <> 'work' and state in ('open', 'replaying');
