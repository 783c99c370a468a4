-- The circuits of a connection: one for what is read there, one for what is written. While a circuit is open nothing of its
-- direction is claimed, but work is still taken in; afterwards one piece probes, and `open_until` holds the others off
-- meanwhile. The columns of connection_state that did this before are left to the release that goes.
create table circuit (
    connection text not null,
    direction text not null check (direction in ('reading', 'writing')),
    failures integer not null default 0,
    -- Since when nothing but probes is made.
    opened_at timestamptz,
    open_until timestamptz,
    failure_class text,
    failure text,
    fix text,
    failed_at timestamptz,
    succeeded_at timestamptz,
    primary key (connection, direction)
) with (fillfactor = 20);
insert into circuit (connection, direction, succeeded_at)
select connection, direction, last_success_at from connection_state, unnest('{reading,writing}'::text[]) as direction;
