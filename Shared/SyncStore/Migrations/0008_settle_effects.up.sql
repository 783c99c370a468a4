-- An effect is settled by the outcome of the work that carries it: `done` with the object that came of it, or `dead`
-- with the dead letter of that work.
alter table effect drop constraint effect_state_check;
alter table effect add constraint effect_state_check check (state in ('wanted', 'done', 'dead', 'cancelled'));
alter table effect add column connection text;
alter table effect add column native_type text;
alter table effect add column native_id text;
create index effect_result on effect (result);

-- What was wanted before: done where its record is there, or the sale shows all that it shall; else the work for it
-- carries it.
with place as (
    select e.id, w.connection, w.entity, w.state, l.native_type, l.native_id,
        case e.kind when 'close_opportunity' then w.state = 'done' else l.native_id is not null end as is_done
    from effect e
    join work w on w.record = e.result
    join connection c on c.id = w.connection and c.role = case e.kind
        when 'create_job' then 'fsm' when 'create_invoice' then 'ledger' else 'crm' end
    left join link l on l.record = w.record and l.connection = w.connection and l.entity = w.entity
        and l.state = 'active'
    where e.state = 'wanted'
)
update effect as e set state = case when p.is_done then 'done' else 'dead' end, connection = p.connection,
    native_type = p.native_type, native_id = p.native_id
from place p
where e.id = p.id and (p.is_done or p.state = 'dead');

update work as w set effect = e.id
from effect e, connection c
where e.result = w.record and e.state in ('wanted', 'dead') and c.id = w.connection and w.state <> 'done'
    and c.role = case e.kind when 'create_job' then 'fsm' when 'create_invoice' then 'ledger' else 'crm' end;
