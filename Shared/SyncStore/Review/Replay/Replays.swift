public import CanonicalModel
internal import Postgres
public import SyncCore

/// Replays: letters that are opened again together, a few at a time.
///
/// All that a runner knows is in the rows, so that another one goes on after a crash. A replay's row is locked first by
/// whoever runs, pauses or ends it; then work; then letters, in the order of their subjects.
public enum Replays {
    /// How a replay stands.
    public enum State: String, Sendable, CaseIterable, TextColumn {
        /// A runner opens letter after letter.
        case running
        /// A person has halted it.
        case paused
        /// Too much of it has failed.
        case stopped
        /// Every letter has ended, well or not.
        case done
        /// A person has ended it; what had not begun is open again.
        case aborted
    }

    /// A replay as its row holds it.
    public struct Row: Sendable, Hashable {
        /// Its id.
        public var id: CanonicalID
        /// How it stands.
        public var state: State
        /// Who asked for it.
        public var requestedBy: String
        /// Why.
        public var reason: String
        /// Which letters it took, in words.
        public var filter: String
        /// How many they are.
        public var total: Int
        /// How many may be under way.
        public var ramp: ReplayRamp
        /// How many have been opened so far.
        public var opened: Int
        /// How many have ended well.
        public var succeeded: Int
        /// How many have failed again.
        public var failed: Int
        /// How many were not tried, or wait by themselves.
        public var skipped: Int
        /// How many failures stop it.
        public var failureLimit: Int
        /// How many there were since it was begun or resumed.
        public var failures: Int
        /// Why it stopped.
        public var note: String?
        /// When it was asked for.
        public var madeAt: Instant
        /// When something last happened.
        public var updatedAt: Instant

        /// How many are under way.
        public var underWay: Int { opened - (succeeded + failed + skippedOpened) }
        /// Those of the skipped that had been opened before.
        public internal(set) var skippedOpened: Int
        /// How many have not begun.
        public var waiting: Int { total - opened - (skipped - skippedOpened) }
    }

    /// Takes all letters that a filter names and that are open into a new replay; none where there are none.
    ///
    /// A letter is in one replay at most: of two that ask at once, one gets it.
    ///
    /// - Returns: how many it took.
    public static func start(
        _ id: CanonicalID, _ filter: DeadLetters.Filter, by name: String, reason: String, filterText: String,
        failureLimit: Int
    ) -> Statement<Int> {
        Statement(
            """
            with chosen as materialized (
                select id from dead_letter where \(DeadLetters.conditions(filter)) and state = 'open'
                order by subject collate "C"
                for no key update
            ), taken as (
                update dead_letter as l set state = 'replaying', replay = \(id), opened_at = null
                from chosen where l.id = chosen.id
                returning l.id
            ), items as (
                insert into replay_item (replay, letter) select \(id), id from taken
            )
            insert into replay (id, requested_by, reason, filter, total, failure_limit)
            select \(id), \(name), \(reason), \(filterText), count(*), \(Int32(clamping: failureLimit)) from taken
            having count(*) > 0
            returning total
            """
        ) { try $0.first?[0, as: Int.self] ?? 0 }
    }

    /// Replays, newest first; those that are not over unless all are wanted.
    public static func list(all: Bool, limit: Int) -> Statement<[Row]> {
        let wanted: SQL = all ? "true" : "state in ('running', 'paused', 'stopped')"
        return Statement("select \(columns) from replay r where \(wanted) order by id desc limit \(limit)") {
            try $0.map(row)
        }
    }

    /// One replay.
    public static func find(_ id: CanonicalID) -> Statement<Row?> {
        Statement("select \(columns) from replay r where id = \(id)") { try $0.first.map(row) }
    }

    /// Locks a replay against every other runner and operator.
    public static func lock(_ id: CanonicalID) -> Statement<Row?> {
        Statement("select \(columns) from replay r where id = \(id) for no key update") { try $0.first.map(row) }
    }

    /// How single letters of a replay ended.
    public struct Item: Sendable, Hashable {
        /// The letter.
        public var letter: CanonicalID
        /// `waiting`, `opened`, `succeeded`, `failed` or `skipped`.
        public var state: String
        /// Why, in words.
        public var outcome: String?
        /// Since when.
        public var changedAt: Instant
    }

    /// Letters of a replay that did not end well, newest first.
    public static func failures(of id: CanonicalID, limit: Int) -> Statement<[Item]> {
        Statement(
            """
            select letter, state, outcome, changed_at from replay_item
            where replay = \(id) and state in ('failed', 'skipped') order by changed_at desc, letter limit \(limit)
            """
        ) { result in
            try result.map { row in
                Item(
                    letter: try row[0, as: CanonicalID.self], state: try row[1, as: String.self],
                    outcome: try row[2, as: String?.self], changedAt: try row[3, as: Instant.self])
            }
        }
    }

    /// Moves a replay from one of some states to another.
    ///
    /// - Returns: whether it was in one of them.
    public static func move(_ id: CanonicalID, from states: [State], to state: State, note: String?) -> Statement<Bool>
    {
        Statement(
            """
            update replay set state = \(state), note = \(SQL.null(note)), updated_at = clock_timestamp(),
                failures = case when \(state == .running) then 0 else failures end
            where id = \(id) and state = any(\(states)) returning id
            """
        ) { !$0.isEmpty }
    }

    /// Lets go the letters of a replay that have not begun, in the transaction that has ended it; they are open again.
    public static func release(_ id: CanonicalID) -> Statement<Int> {
        Statement(
            """
            with left_out as (
                update replay_item set state = 'skipped', outcome = 'the replay was ended before its turn',
                    changed_at = clock_timestamp()
                where replay = \(id) and state = 'waiting' returning letter
            ), counted as (
                update replay set skipped = skipped + (select count(*) from left_out) where id = \(id)
            ), freed as materialized (
                select l.id from dead_letter l join left_out on left_out.letter = l.id
                where l.state = 'replaying' and l.replay = \(id) and l.opened_at is null
                order by l.subject collate "C" for no key update of l
            )
            update dead_letter as l set state = 'open', replay = null from freed where l.id = freed.id
            """
        ) { $0.affected }
    }

    static let columns: SQL = """
        r.id, r.state, r.requested_by, r.reason, r.filter, r.total, r.width, r.streak, r.opened, r.succeeded, r.failed,
        r.skipped, r.failure_limit, r.failures, r.note, r.made_at, r.updated_at, r.skipped_opened
        """

    static func row(_ row: PostgresRow) throws -> Row {
        Row(
            id: try row[0, as: CanonicalID.self], state: try row[1, as: State.self],
            requestedBy: try row[2, as: String.self], reason: try row[3, as: String.self],
            filter: try row[4, as: String.self], total: try row[5, as: Int.self],
            ramp: ReplayRamp(width: try row[6, as: Int.self], streak: try row[7, as: Int.self]),
            opened: try row[8, as: Int.self], succeeded: try row[9, as: Int.self], failed: try row[10, as: Int.self],
            skipped: try row[11, as: Int.self], failureLimit: try row[12, as: Int.self],
            failures: try row[13, as: Int.self], note: try row[14, as: String?.self],
            madeAt: try row[15, as: Instant.self], updatedAt: try row[16, as: Instant.self],
            skippedOpened: try row[17, as: Int.self])
    }
}
