internal import Postgres

/// Ends everything that one thing waits for.
extension Parks {
    /// Ends the waits of a message or of a record's work, for all its parents, without bringing anything back.
    public static func remove(of waiter: Park.Waiter) -> Statement<Void> {
        switch waiter {
        case .message(let id):
            Statement("delete from park where message = \(id)")
        case .work(let place):
            Statement(
                """
                delete from park
                where record = \(place.record) and connection = \(place.connection) and entity = \(place.entity)
                """)
        }
    }
}
