public import CanonicalModel
internal import Postgres
internal import SyncCore

/// What people and other steps see of the work.
extension WorkTable {
    /// A piece of work as its row holds it.
    public struct Row: Sendable {
        /// Where a piece of work stands.
        public enum State: String, Sendable, CaseIterable, TextColumn {
            /// It shall be taken up when it is due.
            case ready
            /// It waits for a parent.
            case waiting
            /// The system shows it.
            case done
            /// Nothing more is tried.
            case dead
        }

        /// The version.
        public var version: ClaimedWork.Version
        /// Where it stands.
        public var state: State
        /// When it is due.
        public var dueAt: Instant
        /// The oldest change that it carries.
        public var changedAt: Instant
        /// When the row was changed last.
        public var updatedAt: Instant
        /// The correlation of the newest command.
        public var correlation: CanonicalID
        /// How often it has failed.
        public var attempts: Int
        /// Why it failed or waits.
        public var failure: WorkResult.Failure?
        /// The fields that are held.
        public var held: Set<FieldName>
        /// The command's bytes.
        public var body: [UInt8]
    }

    /// The work of records at connections.
    public static func find(_ places: some Collection<Place>) -> Statement<[Place: Row]> {
        let places = places.sorted()
        return Statement(
            """
            select \(columns) from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            join work w using (connection, record, entity)
            """
        ) { result in
            try result.reduce(into: [:]) { rows, row in
                let row = try Row(row)
                rows[row.version.place] = row
            }
        }
    }

    /// The work of a record, at every connection.
    public static func find(record: CanonicalID) -> Statement<[Row]> {
        Statement("select \(columns) from work w where record = \(record) order by connection, entity") { result in
            try result.map(Row.init)
        }
    }

    private static let columns: SQL = """
        w.record, w.connection, w.entity, w.version, w.command, w.generation, w.state, w.due_at, w.changed_at,
        w.updated_at, w.correlation, w.attempts, w.failure_class, w.failure_code, w.failure, w.held, w.body
        """
}

extension WorkTable.Row {
    fileprivate init(_ row: PostgresRow) throws {
        version = ClaimedWork.Version(
            place: Place(
                record: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                entity: try row[2, as: EntityKind.self]),
            version: try row[3, as: Int64.self], command: try row[4, as: CanonicalID.self],
            generation: try row[5, as: Int.self])
        state = try row[6, as: State.self]
        dueAt = try row[7, as: Instant.self]
        changedAt = try row[8, as: Instant.self]
        updatedAt = try row[9, as: Instant.self]
        correlation = try row[10, as: CanonicalID.self]
        attempts = try row[11, as: Int.self]
        let failureClass = try row[12, as: FailureClass?.self]
        let code = try row[13, as: String?.self]
        if let text = try row[14, as: String?.self] {
            failure = WorkResult.Failure(failureClass, code: code ?? "", text: text)
        }
        held = Set(try row[15, as: [FieldName].self])
        body = try row[16, as: [UInt8].self]
    }
}
