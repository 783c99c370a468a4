public import CanonicalModel
public import Postgres

/// Snapshots of an entity at a connection, as the vendor showed it.
public enum Snapshots {
    /// A snapshot that was asked for.
    public struct Run: Sendable, Hashable {
        /// How far it is.
        public enum State: String, Sendable, CaseIterable, TextColumn {
            /// Nobody has begun.
            case requested
            /// Pages are coming in.
            case running
            /// All are there.
            case complete
            /// It was given up.
            case failed
        }

        /// Its id.
        public var id: CanonicalID
        /// Whose objects.
        public var connection: ConnectionID
        /// Seen as what.
        public var entity: EntityKind
        /// Who asked.
        public var requestedBy: String
        /// When.
        public var requestedAt: Instant
        /// How far it is.
        public var state: State
        /// When it ended.
        public var finishedAt: Instant?
        /// How many objects it holds.
        public var entries: Int
        /// Why it was given up.
        public var failure: String?
    }

    /// One object of a snapshot.
    public struct Entry: Sendable, Hashable {
        /// The object.
        public var native: NativeReference
        /// The record that it is linked to.
        public var record: CanonicalID?
        /// When it was read.
        public var readAt: Instant
        /// A digest of its fields.
        public var digest: [UInt8]
        /// Its fields, as a shadow's bytes.
        public var body: [UInt8]

        /// Takes the parts.
        public init(native: NativeReference, record: CanonicalID?, readAt: Instant, digest: [UInt8], body: [UInt8]) {
            self.native = native
            self.record = record
            self.readAt = readAt
            self.digest = digest
            self.body = body
        }
    }

    /// Asks for snapshots; one that is there already stays, for a command may come twice.
    public static func request(
        _ runs: [(id: CanonicalID, connection: ConnectionID, entity: EntityKind)], by name: String
    ) -> Statement<Void> {
        Statement(
            """
            insert into snapshot_run (id, connection, entity, requested_by)
            select id, connection, entity, \(name)
            from unnest(\(runs.map(\.id)), \(runs.map(\.connection)), \(runs.map(\.entity)))
                as given(id, connection, entity)
            on conflict (id) do nothing
            """)
    }

    /// Begins a run, or begins it anew, without the pages of an attempt that broke off.
    ///
    /// Run it under the run's lease. Demands that the run is there and not complete (`notFound`).
    public static func begin(_ run: CanonicalID) -> [Statement<Void>] {
        [
            Statement("delete from snapshot_entry where run = \(run)"),
            Statement(
                """
                with begun as (
                    update snapshot_run set state = 'running', entries = 0, failure = null
                    where id = \(run) and state <> 'complete' returning 1
                )
                select demand(count(*) = 1, 'not_found') from begun
                """),
        ]
    }

    /// The table and columns that pages are copied into, for `copyIn`.
    public static let table = "snapshot_entry"
    /// The columns of `rows`, in order.
    public static let columns = ["run", "native_type", "native_id", "record", "read_at", "digest", "body"]

    /// The rows of a page, for `copyIn`.
    public static func rows(_ entries: [Entry], of run: CanonicalID) -> [[any PostgresEncodable]] {
        entries.map { entry in
            [
                run, entry.native.type, entry.native.id, entry.record as CanonicalID?, entry.readAt, entry.digest,
                entry.body,
            ]
        }
    }

    /// Ends a run with all its pages.
    public static func complete(_ run: CanonicalID) -> Statement<Void> {
        Statement(
            """
            update snapshot_run set state = 'complete', finished_at = clock_timestamp(),
                entries = (select count(*) from snapshot_entry where run = \(run))
            where id = \(run) and state = 'running'
            """)
    }

    /// Gives a run up.
    public static func fail(_ run: CanonicalID, _ failure: String) -> Statement<Void> {
        Statement(
            """
            update snapshot_run set state = 'failed', finished_at = clock_timestamp(), failure = \(failure)
            where id = \(run) and state <> 'complete'
            """)
    }

    /// The runs of a connection that nobody has ended yet.
    public static func open(of connection: ConnectionID) -> Statement<[Run]> {
        Statement(
            """
            select \(runColumns) from snapshot_run
            where connection = \(connection) and state in ('requested', 'running') order by id
            """, read: runs)
    }

    /// The newest runs, newest first.
    public static func latest(limit: Int = 50) -> Statement<[Run]> {
        Statement("select \(runColumns) from snapshot_run order by id desc limit \(limit)", read: runs)
    }

    /// The newest complete run of a scope.
    public static func latest(of entity: EntityKind, in connection: ConnectionID) -> Statement<Run?> {
        Statement(
            """
            select \(runColumns) from snapshot_run
            where connection = \(connection) and entity = \(entity) and state = 'complete'
            order by id desc limit 1
            """
        ) { try runs($0).first }
    }

    /// Objects of a run, in order, page by page.
    public static func entries(of run: CanonicalID, after: NativeReference? = nil, limit: Int = 1000) -> Statement<
        [Entry]
    > {
        let after = after ?? NativeReference(type: "", id: "")
        return Statement(
            """
            select native_type, native_id, record, read_at, digest, body from snapshot_entry
            where run = \(run) and (native_type, native_id) > (\(after.type), \(after.id))
            order by native_type, native_id limit \(limit)
            """
        ) { result in
            try result.map { row in
                Entry(
                    native: NativeReference(type: try row[0, as: String.self], id: try row[1, as: String.self]),
                    record: try row[2, as: CanonicalID?.self], readAt: try row[3, as: Instant.self],
                    digest: try row[4, as: [UInt8].self], body: try row[5, as: [UInt8].self])
            }
        }
    }

    /// Deletes all but the newest complete runs of each scope.
    public static func prune(keeping count: Int) -> [Statement<Void>] {
        let old: SQL = """
            select id from (
                select id, row_number() over (partition by connection, entity order by id desc) as place
                from snapshot_run where state in ('complete', 'failed')
            ) as run where place > \(count)
            """
        return [
            Statement("delete from snapshot_entry where run in (\(old))"),
            Statement("delete from snapshot_run where id in (\(old))"),
        ]
    }

    private static let runColumns: SQL = """
        id, connection, entity, requested_by, requested_at, state, finished_at, entries, failure
        """

    private static func runs(_ result: PostgresResult) throws -> [Run] {
        try result.map { row in
            Run(
                id: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                entity: try row[2, as: EntityKind.self], requestedBy: try row[3, as: String.self],
                requestedAt: try row[4, as: Instant.self], state: try row[5, as: Run.State.self],
                finishedAt: try row[6, as: Instant?.self], entries: try row[7, as: Int.self],
                failure: try row[8, as: String?.self])
        }
    }
}
