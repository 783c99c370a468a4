public import CanonicalModel
internal import Postgres

/// Webhooks as they came in, committed before they are answered.
public enum Webhooks {
    /// A delivery.
    public struct Delivery: Sendable, Hashable {
        /// Its id here; the correlation of what follows from it.
        public var id: CanonicalID
        /// Whose webhook it is.
        public var connection: ConnectionID
        /// When it came.
        public var receivedAt: Instant
        /// The headers that matter, without secrets, as a JSON object.
        public var headers: [UInt8]
        /// The raw body.
        public var body: [UInt8]
        /// What was made of it, in a word: `marked`, `ignored`, `undecodable`.
        public var outcome: String

        /// Takes the parts.
        public init(
            id: CanonicalID, connection: ConnectionID, receivedAt: Instant, headers: [UInt8], body: [UInt8],
            outcome: String
        ) {
            self.id = id
            self.connection = connection
            self.receivedAt = receivedAt
            self.headers = headers
            self.body = body
            self.outcome = outcome
        }
    }

    /// Writes deliveries, in the transaction that marks what they tell of.
    public static func insert(_ deliveries: [Delivery]) -> Statement<Void> {
        Statement(
            """
            insert into webhook (id, received_at, connection, outcome, headers, body)
            select * from unnest(
                \(deliveries.map(\.id)), \(deliveries.map(\.receivedAt)), \(deliveries.map(\.connection)),
                \(deliveries.map(\.outcome)), \(deliveries.map { PostgresJSON($0.headers) }),
                \(deliveries.map(\.body)))
            """)
    }

    /// One delivery.
    public static func find(_ id: CanonicalID) -> Statement<Delivery?> {
        Statement(
            "select id, connection, received_at, headers, body, outcome from webhook where id = \(id)"
        ) { result in
            try result.first.map { row in
                Delivery(
                    id: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                    receivedAt: try row[2, as: Instant.self], headers: try row[3, as: [UInt8].self],
                    body: try row[4, as: [UInt8].self], outcome: try row[5, as: String.self])
            }
        }
    }

    /// When each connection's last webhook came, within the last days; silence is a sign of trouble.
    public static func lastReceived(within span: Duration) -> Statement<[ConnectionID: Instant]> {
        Statement(
            """
            select connection, max(received_at) from webhook
            where id >= id_at(statement_timestamp() - \(SQL.interval(span))) group by connection
            """
        ) { result in
            try result.reduce(into: [:]) { times, row in
                times[try row[0, as: ConnectionID.self]] = try row[1, as: Instant.self]
            }
        }
    }
}
