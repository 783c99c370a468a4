public import CanonicalModel
internal import Postgres

/// How webhooks leave.
extension Webhooks {
    /// Removes deliveries that are older than an age, oldest first.
    ///
    /// - Parameters:
    ///   - place: only ids behind this one.
    ///   - limit: the most that the statement removes.
    public static func remove(olderThan age: Duration, behind place: CanonicalID, limit: Int) -> Statement<Removal> {
        Removal.statement(
            from: "webhook",
            where: """
                select id from webhook
                where id > \(place) and id < id_at(statement_timestamp() - \(SQL.interval(age)))
                order by id limit \(limit)
                """)
    }
}
