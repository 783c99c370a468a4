public import CanonicalModel
internal import Postgres

/// Records that were merged into others.
///
/// The row of the record that ended says where it went, so that `Records.lock` tells it even to those who waited for that
/// row while the merge was under way.
public enum Redirects {
    /// Where records have gone, over any number of merges.
    ///
    /// - Returns: the last target of each record that was merged; others are not in it.
    public static func follow(_ ids: some Collection<CanonicalID>) -> Statement<[CanonicalID: CanonicalID]> {
        Statement(
            """
            with recursive step(source, target, length) as (
                select id, merged_into, 1 from record where id = any(\(ids.sorted())) and merged_into is not null
                union all
                select step.source, record.merged_into, step.length + 1
                from step join record on record.id = step.target
                where record.merged_into is not null and step.length < 64
            )
            select distinct on (source) source, target from step order by source, length desc
            """
        ) { result in
            try Dictionary(
                uniqueKeysWithValues: result.map { try ($0[0, as: CanonicalID.self], $0[1, as: CanonicalID.self]) })
        }
    }

    /// Ends a record in favour of another, in a transaction that has locked both and the objects that they are linked to.
    ///
    /// What referred to the one refers to the other: references, links, parks, effects, open proposals and references to
    /// invoices. Where both have the same, the survivor's stays; an object that was linked to the record that ends becomes
    /// an alias then. Work for the record that ends is over: the caller sends what the survivor needs.
    ///
    /// The first statement demands that the record has not ended before (`staleRecord`).
    public static func merge(_ source: CanonicalID, into target: CanonicalID) -> [Statement<Void>] {
        let statements: [SQL] = [
            """
            with ended as (
                update record set merged_into = \(target), updated_at = now()
                where id = \(source) and merged_into is null and \(source) <> \(target)
                returning 1
            )
            select demand(count(*) = 1, 'stale_record') from ended
            """,
            "delete from record_reference where child = \(source)",
            """
            with moved as (
                delete from record_reference where parent = \(source) returning child, field, child_entity
            )
            insert into record_reference (child, field, parent, child_entity)
            select child, field, \(target), child_entity from moved where child <> \(target)
            on conflict do nothing
            """,
            """
            delete from link as l where l.record = \(source) and l.state = 'pending' and exists (
                select from link o where o.record = \(target) and o.connection = l.connection and o.entity = l.entity
                    and o.state in ('pending', 'active'))
            """,
            """
            update link as l set record = \(target), state = case
                when l.state = 'active' and exists (
                    select from link o where o.record = \(target) and o.connection = l.connection
                        and o.entity = l.entity and o.state in ('pending', 'active')) then 'alias'
                else l.state end
            where l.record = \(source)
            """,
            """
            delete from park as p where p.parent_record = \(source) and exists (
                select from park o where o.parent_record = \(target) and o.connection = p.connection
                    and o.record = p.record and o.entity = p.entity)
            """,
            "update park set parent_record = \(target) where parent_record = \(source)",
            "delete from park where record = \(source)",
            """
            update work set state = 'done', failure_class = null, failure_code = null,
                failure = 'the record was merged into another', updated_at = now()
            where record = \(source) and state <> 'done'
            """,
            """
            update effect as e set cause = \(target), changed_at = now()
            where e.cause = \(source) and not exists (
                select from effect o where o.cause = \(target) and o.kind = e.kind and o.occurrence = e.occurrence)
            """,
            "update effect set result = \(target), changed_at = now() where result = \(source)",
            """
            update proposal as p set state = 'withdrawn', decision = 'the record was merged into another',
                decided_at = now()
            where p.record = \(source) and p.state = 'open' and exists (
                select from proposal o where o.record = \(target) and o.field = p.field
                    and o.connection = p.connection and o.state = 'open')
            """,
            "update proposal set record = \(target) where record = \(source)",
            """
            delete from invoice_reference as i where i.record = \(source) and exists (
                select from invoice_reference o where o.record = \(target) and o.invoice = i.invoice)
            """,
            "update invoice_reference set record = \(target) where record = \(source)",
        ]
        return statements.map { Statement<Void>($0) }
    }
}
