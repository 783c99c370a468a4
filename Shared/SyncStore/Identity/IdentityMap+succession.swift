internal import CanonicalModel
internal import Postgres
public import SyncCore

/// Objects that go over from one record to another.
extension IdentityMap {
    /// Gives objects to their successors, under the objects' locks and lanes.
    ///
    /// The field that names the successor is looked at once more, and stays as it is until the transaction ends: whoever
    /// names another one afterwards finds this one linked, and so the last word holds however the two meet. Nothing is
    /// handed over while a request for the predecessor may still be on its way, for it would overwrite the successor's
    /// values, or while the successor has another place.
    ///
    /// - Returns: the objects that went over. The others stay as they are.
    public static func succeed(_ successions: [Succession]) -> Statement<Set<LinkKey>> {
        let objects = successions.map(\.object)
        return Statement(
            """
            with named as materialized (
                select given.*
                from unnest(
                    \(objects.map(\.connection)), \(objects.map(\.native.type)), \(objects.map(\.native.id)),
                    \(objects.map(\.entity)), \(successions.map(\.predecessor)), \(successions.map(\.successor)),
                    \(successions.map(\.host)), \(successions.map(\.field))
                ) as given(connection, native_type, native_id, entity, predecessor, successor, host, field)
                join record_reference r
                    on r.child = given.host and r.field = given.field and r.parent = given.successor
                for share of r
            )
            update link as l set record = named.successor, state = 'active', made_at = now()
            from named
            where l.connection = named.connection and l.native_type = named.native_type
                and l.native_id = named.native_id and l.entity = named.entity and l.record = named.predecessor
                and not exists (
                    select from intent i where i.connection = l.connection and i.record = named.predecessor
                        and i.entity = l.entity and i.state in ('open', 'unknown'))
                and not exists (
                    select from link o where o.connection = l.connection and o.record = named.successor
                        and o.entity = l.entity and o.state in ('pending', 'active'))
            returning l.connection, l.native_type, l.native_id, l.entity
            """
        ) { result in
            Set(
                try result.map { row in
                    LinkKey(
                        connection: try row[0, as: ConnectionID.self],
                        native: NativeReference(type: try row[1, as: String.self], id: try row[2, as: String.self]),
                        entity: try row[3, as: EntityKind.self])
                })
        }
    }
}
