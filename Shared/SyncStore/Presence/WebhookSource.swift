public import CanonicalModel
internal import Postgres

/// What webhooks a connection sends for a kind of object, and what they did not tell.
public struct WebhookSource: Sendable, Hashable {
    /// The connection.
    public var connection: ConnectionID
    /// The vendor's kind of object.
    public var nativeType: String
    /// When a webhook named such an object last; nil where none ever has.
    public var heardAt: Instant?
    /// How many changes polls have found since that no webhook had told of.
    public var missed: Int
    /// When the first of them was found.
    public var missedSince: Instant?

    /// Takes the parts.
    public init(
        connection: ConnectionID, nativeType: String, heardAt: Instant?, missed: Int, missedSince: Instant?
    ) {
        self.connection = connection
        self.nativeType = nativeType
        self.heardAt = heardAt
        self.missed = missed
        self.missedSince = missedSince
    }

    /// All sources that are known.
    public static var all: Statement<[WebhookSource]> {
        Statement(
            """
            select connection, native_type, heard_at, missed, missed_since from webhook_source
            order by connection, native_type
            """
        ) { result in
            try result.map { row in
                WebhookSource(
                    connection: try row[0, as: ConnectionID.self], nativeType: try row[1, as: String.self],
                    heardAt: try row[2, as: Instant?.self], missed: try row[3, as: Int.self],
                    missedSince: try row[4, as: Instant?.self])
            }
        }
    }

    /// Notes that webhooks have named objects, in the transaction that keeps them: what was missed before is made good.
    ///
    /// It writes once a second at most, for webhooks come in crowds.
    public static func heard(_ types: Set<String>, from connection: ConnectionID) -> Statement<Void> {
        Statement(
            """
            insert into webhook_source (connection, native_type, heard_at)
            select \(connection), g.native_type, clock_timestamp() from unnest(\(types.sorted())) as g(native_type)
            where not exists (
                select from webhook_source s
                where s.connection = \(connection) and s.native_type = g.native_type and s.missed = 0
                    and s.heard_at > clock_timestamp() - interval '1 second')
            order by 2
            on conflict (connection, native_type) do update set heard_at = excluded.heard_at, missed = 0,
                missed_since = null
            """)
    }

    /// Notes changes that only a poll has named, in the transaction that takes them in.
    public static func missed(_ counts: [String: Int], from connection: ConnectionID) -> Statement<Void> {
        let rows = counts.sorted { $0.key < $1.key }
        return Statement(
            """
            insert into webhook_source as s (connection, native_type, missed, missed_since)
            select \(connection), g.native_type, g.missed, clock_timestamp()
            from unnest(\(rows.map(\.key)), \(rows.map { Int32(clamping: $0.value) })) as g(native_type, missed)
            order by 2
            on conflict (connection, native_type) do update set missed = s.missed + excluded.missed,
                missed_since = coalesce(s.missed_since, excluded.missed_since)
            """)
    }
}
