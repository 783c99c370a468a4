-- Figures that the reconciler keeps, per queue: counting them means walking over the messages, which is done once for
-- all who ask.
create table queue_figure (
    queue text primary key,
    -- Messages that are pending or published, and those that wait for a link.
    unsettled bigint not null,
    parked bigint not null,
    oldest_at timestamptz,
    measured_at timestamptz not null
) with (fillfactor = 50);

-- Work whose fields a vendor has refused by name is counted often, and is rare.
create index work_held on work (connection) where held <> '{}';
