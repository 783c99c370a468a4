public import CanonicalModel
internal import Postgres
public import SyncCore

/// Recoveries of a restored database (decision 0023).
public enum Recoveries {
    /// Opens a recovery, and makes due at once what was on its way at the time of the backup: the processes that held it run no
    /// more.
    public static func begin(
        _ id: CanonicalID, restoredTo moment: Instant, by name: String, reason: String
    ) -> [Statement<Void>] {
        [
            Statement(
                """
                insert into recovery (id, restored_to, begun_by, reason) values (\(id), \(moment), \(name), \(reason))
                """),
            enlist(in: id),
            Statement("update message set lease_until = clock_timestamp() where status in (0, 1)"),
            Statement("delete from lease"),
            Statement("delete from replica"),
        ]
    }

    /// The recovery that is open; nil where none is.
    public static var open: Statement<Recovery?> {
        Statement("select \(columns) from recovery where closed_at is null") { try $0.first.map { try Recovery($0) } }
    }

    /// The recovery that holds all writing, locked to the end of the transaction; nil where none does.
    public static var lockHeld: Statement<Recovery?> {
        Statement(
            "select \(columns) from recovery where released_at is null order by begun_at limit 1 for update"
        ) { try $0.first.map { try Recovery($0) } }
    }

    /// Whether a recovery holds all writing.
    public static var isHolding: Statement<Bool> {
        Statement("select exists (select from recovery where released_at is null)") { try $0[0][0, as: Bool.self] }
    }

    /// Demands that no recovery holds all writing (`recovering`).
    public static var demandRelease: Statement<Void> {
        Statement("select demand(not exists (select from recovery where released_at is null), 'recovering')")
    }

    /// When the last recovery began, however it ended; nil where there was none.
    public static var lastBegun: Statement<Instant?> {
        Statement("select max(begun_at) from recovery") { try $0.first?[0, as: Instant?.self] }
    }

    /// Moves a recovery on.
    public static func move(_ id: CanonicalID, to phase: RecoveryPhase) -> Statement<Void> {
        // Ids are stamped by the reckoning of their processes, which is off by some milliseconds.
        Statement(
            """
            update recovery set phase = \(phase), awaited_until = clock_timestamp() + interval '1 second',
                released_at = case when \(phase == .released) then coalesce(released_at, clock_timestamp()) end
            where id = \(id)
            """)
    }

    /// Closes a recovery; one that holds all writing lets it go.
    public static func close(_ id: CanonicalID, by name: String, reason: String) -> Statement<Void> {
        Statement(
            """
            update recovery set phase = 'released', released_at = coalesce(released_at, clock_timestamp()),
                closed_at = clock_timestamp(), closed_by = \(name), closing = \(reason)
            where id = \(id) and closed_at is null
            """)
    }

    /// Places without an object, of work that is about to be sent, whose create must be looked for first, each with the time
    /// at which the recovery began.
    ///
    /// These are all while a recovery is open, and for a day after its release, but for those of which an attempt has ended
    /// since it began: it was looked for.
    public static func searched(_ places: some Collection<Place>) -> Statement<[Place: Instant]> {
        let places = places.sorted()
        return Statement(
            """
            select given.record, given.connection, given.entity, r.begun_at
            from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            cross join (
                select begun_at from recovery
                where released_at is null
                    or released_at > clock_timestamp() - \(SQL.interval(.seconds(LostTime.search)))
                order by begun_at desc limit 1
            ) as r
            where not exists (
                select from intent i
                where i.connection = given.connection and i.record = given.record and i.entity = given.entity
                    and i.native_id is null and i.sent_at >= r.begun_at and i.state not in ('open', 'unknown'))
            """
        ) { result in
            try result.reduce(into: [:]) { places, row in
                let place = Place(
                    record: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                    entity: try row[2, as: EntityKind.self])
                places[place] = try row[3, as: Instant.self]
            }
        }
    }

    static let columns: SQL = "id, restored_to, begun_at, begun_by, reason, phase, awaited_until, released_at"
}

extension Recovery {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: try row[0, as: CanonicalID.self], restoredTo: try row[1, as: Instant.self],
            begunAt: try row[2, as: Instant.self], begunBy: try row[3, as: String.self],
            reason: try row[4, as: String.self], phase: try row[5, as: RecoveryPhase.self],
            awaitedUntil: try row[6, as: Instant.self], releasedAt: try row[7, as: Instant?.self])
    }
}
