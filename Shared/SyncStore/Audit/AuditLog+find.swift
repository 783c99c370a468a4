public import CanonicalModel
internal import Postgres

/// Single entries, for people who look at a fault.
extension AuditLog {
    /// The last position of the chain; 0 before the first.
    public static var chainEnd: Statement<Int64> {
        Statement("select coalesce(max(position), 0) from chain") { try $0[0][0, as: Int64.self] }
    }

    /// An entry in a line: when, what, which record and connection; nil where it is gone.
    public static func line(of id: CanonicalID) -> Statement<String?> {
        Statement(
            """
            select concat_ws(', ', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), kind,
                coalesce(entity || ' ', '') || record, connection)
            from audit where id = \(id)
            """
        ) { try $0.first?[0, as: String.self] }
    }
}
