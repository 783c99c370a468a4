internal import Postgres

/// How webhooks leave.
extension Webhooks {
    /// Removes deliveries that are older than an age, oldest first.
    ///
    /// - Returns: how many left.
    public static func remove(olderThan age: Duration, limit: Int) -> Statement<Int> {
        .counting(
            """
            delete from webhook where id in (
                select id from webhook where id < id_at(statement_timestamp() - \(SQL.interval(age))) order by id limit \(limit))
            """)
    }
}
