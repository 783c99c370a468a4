public import CanonicalModel
internal import Postgres
public import SyncCore

/// What a runner does with a replay.
extension Replays {
    /// Replays in which there is something to do: letters to open, or outcomes to look for.
    public static var active: Statement<[CanonicalID]> {
        Statement(
            """
            select r.id from replay r
            where r.state = 'running' or r.state <> 'done' and exists (
                select from replay_item i where i.replay = r.id and i.state = 'opened')
            order by r.id
            """
        ) { try $0.map { try $0[0, as: CanonicalID.self] } }
    }

    /// A letter that was opened, with what its rows say now.
    public struct Opened: Sendable, Hashable {
        /// The letter.
        public var letter: CanonicalID
        /// What the rows say.
        public var standing: ReplayedLetter
    }

    /// The letters of a replay that are under way.
    public static func underWay(_ id: CanonicalID) -> Statement<[Opened]> {
        Statement(
            """
            select i.letter, coalesce(l.state, 'archived'), coalesce(l.replay = i.replay, l.id is null), l.source,
                w.state, m.status, d.native_id is not null, next.id
            from replay_item i
            left join dead_letter l on l.id = i.letter
            left join work w on l.source = 'work' and w.connection = l.connection and w.record = l.record
                and w.entity = l.entity
            left join message m on l.source in ('event', 'broker') and m.id = l.message
            left join dirty d on l.source = 'read' and d.connection = l.connection and d.native_type = l.native_type
                and d.native_id = l.native_id
            left join lateral (
                -- What came of the new generation; the clocks of adapters and of the database may differ. A branch for
                -- each source, so that each is found by its own index, however many other letters are open.
                select newer.id from (
                    select o.id, o.last_failed_at from dead_letter o
                    where l.source = 'work' and o.source = 'work' and o.state = 'open' and o.id <> l.id
                        and o.record = l.record and o.connection = l.connection and o.entity = l.entity
                        and o.generation > l.generation
                    union all
                    select o.id, o.last_failed_at from dead_letter o
                    where l.source = 'read' and o.source = 'read' and o.state in ('open', 'replaying')
                        and o.state = 'open' and o.id <> l.id and o.connection = l.connection
                        and o.native_type = l.native_type and o.native_id = l.native_id
                        and o.last_failed_at > l.opened_at - interval '1 minute'
                    union all
                    select o.id, o.last_failed_at from dead_letter o
                    where l.source in ('event', 'broker') and o.source = l.source and o.state in ('open', 'replaying')
                        and o.state = 'open' and o.id <> l.id and o.message = l.message
                        and o.generation > l.generation
                ) as newer
                order by newer.last_failed_at desc limit 1
            ) as next on l.state = 'replaying'
            where i.replay = \(id) and i.state = 'opened'
            order by i.letter
            """
        ) { result in
            try result.map { row in
                let source = try row[3, as: DeadLetters.Letter.Source?.self]
                let subject: ReplayedLetter.Subject =
                    switch source {
                    case .work, nil: .work(state: try row[4, as: String?.self])
                    case .event, .broker: .message(status: try row[5, as: Int?.self])
                    case .read: .read(isDirty: try row[6, as: Bool.self])
                    case .webhook: .webhook
                    }
                return Opened(
                    letter: try row[0, as: CanonicalID.self],
                    standing: ReplayedLetter(
                        state: try row[1, as: String.self], isOurs: try row[2, as: Bool.self], subject: subject,
                        successor: try row[7, as: CanonicalID?.self]))
            }
        }
    }

    /// An end of a letter in a replay.
    public struct Ended: Sendable, Hashable {
        /// The letter.
        public var letter: CanonicalID
        /// How it ended.
        public var ending: ReplayedLetter.Ending

        /// Takes the parts.
        public init(_ letter: CanonicalID, _ ending: ReplayedLetter.Ending) {
            self.letter = letter
            self.ending = ending
        }
    }

    /// Notes how letters that were under way ended, under the replay's lock.
    ///
    /// - Returns: those that it has noted; each other one has changed at this very moment and is looked at again.
    public static func end(_ ended: [Ended], of id: CanonicalID) -> Statement<Set<CanonicalID>> {
        Statement(
            """
            with given as materialized (
                select * from unnest(
                    \(ended.map(\.letter)), \(ended.map(\.ending.result.rawValue)), \(ended.map(\.ending.words)),
                    \(ended.map(\.ending.state))) as given(letter, result, words, state)
            ), locked as materialized (
                select l.id from dead_letter l join given g on g.letter = l.id
                where g.state is not null and l.state = 'replaying' and l.replay = \(id)
                order by l.subject collate "C" for no key update of l
            ), moved as (
                update dead_letter as l set state = g.state,
                    opened_at = case g.state when 'open' then null else l.opened_at end,
                    closed_at = case g.state when 'open' then null else clock_timestamp() end,
                    closing = case g.state when 'resolved' then g.words end
                from given g join locked on locked.id = g.letter
                where l.id = g.letter
                returning l.id
            )
            update replay_item as i set state = g.result, outcome = g.words, changed_at = clock_timestamp()
            from given g
            where i.replay = \(id) and i.letter = g.letter and i.state = 'opened'
                and (g.state is null or exists (select from moved where moved.id = g.letter))
            returning i.letter
            """, read: MessageTable.ids)
    }

    /// A letter whose turn has come.
    public struct Next: Sendable {
        /// The letter; its payload is there where it was edited or is what is sent again.
        public var letter: DeadLetters.Letter
        /// Whether the letter is this replay's and has not ended meanwhile.
        public var isOurs: Bool
        /// Whether its payload was edited.
        public var isEdited: Bool
    }

    /// The next letters of a replay, in their order.
    public static func next(_ id: CanonicalID, limit: Int) -> Statement<[Next]> {
        Statement(
            """
            select i.letter, l.source, l.queue, l.message, l.generation, l.connection, l.entity, l.record, l.native_type,
                l.native_id, l.correlation, l.code, l.payload,
                coalesce(l.state = 'replaying' and l.replay = i.replay and l.opened_at is null, false),
                exists (select from dead_letter_edit e where e.letter = i.letter)
            from replay_item i left join dead_letter l on l.id = i.letter
            where i.replay = \(id) and i.state = 'waiting' order by i.letter limit \(limit)
            """
        ) { result in
            try result.map { row in
                let type = try row[8, as: String?.self]
                let native = try row[9, as: String?.self]
                return Next(
                    letter: DeadLetters.Letter(
                        id: try row[0, as: CanonicalID.self],
                        source: try row[1, as: DeadLetters.Letter.Source?.self] ?? .work,
                        queue: try row[2, as: String?.self], message: try row[3, as: CanonicalID?.self],
                        generation: try row[4, as: Int?.self] ?? 1, connection: try row[5, as: ConnectionID?.self],
                        entity: try row[6, as: EntityKind?.self], record: try row[7, as: CanonicalID?.self],
                        native: type.flatMap { type in native.map { NativeReference(type: type, id: $0) } },
                        failureClass: .transient, code: try row[11, as: String?.self] ?? "", failure: "", fix: "",
                        attempts: 0, failedAt: Instant(microseconds: 0),
                        correlation: try row[10, as: CanonicalID?.self],
                        payload: try row[12, as: [UInt8]?.self] ?? []),
                    isOurs: try row[13, as: Bool.self], isEdited: try row[14, as: Bool.self])
            }
        }
    }

    /// Marks letters as opened, under the replay's lock and that of their work.
    ///
    /// - Returns: those that were still this replay's; the others have ended meanwhile.
    public static func open(_ letters: [CanonicalID], of id: CanonicalID) -> Statement<Set<CanonicalID>> {
        Statement(
            """
            with locked as materialized (
                select id from dead_letter
                where id = any(\(letters.sorted())) and state = 'replaying' and replay = \(id) and opened_at is null
                order by subject collate "C" for no key update
            )
            update dead_letter as l set opened_at = clock_timestamp() from locked where l.id = locked.id
            returning l.id
            """, read: MessageTable.ids)
    }

    /// Notes items that have begun, and those that are left out, whose letters are open again.
    public static func note(
        opened: [CanonicalID], skipped: [(letter: CanonicalID, words: String)], of id: CanonicalID
    ) -> Statement<Void> {
        Statement(
            """
            with begun as (
                update replay_item set state = 'opened', changed_at = clock_timestamp()
                where replay = \(id) and letter = any(\(opened)) and state = 'waiting'
            ), left_out as (
                update replay_item as i set state = 'skipped', outcome = given.words, changed_at = clock_timestamp()
                from unnest(\(skipped.map(\.letter)), \(skipped.map(\.words))) as given(letter, words)
                where i.replay = \(id) and i.letter = given.letter and i.state = 'waiting'
            ), freed as materialized (
                select id from dead_letter
                where id = any(\(skipped.map(\.letter))) and state = 'replaying' and replay = \(id) and opened_at is null
                order by subject collate "C" for no key update
            )
            update dead_letter as l set state = 'open', replay = null from freed where l.id = freed.id
            """)
    }

    /// Writes how a replay goes, under its lock.
    public static func save(_ row: Row) -> Statement<Void> {
        Statement(
            """
            update replay set state = \(row.state), width = \(row.ramp.width), streak = \(row.ramp.streak),
                opened = \(row.opened), succeeded = \(row.succeeded), failed = \(row.failed), skipped = \(row.skipped),
                skipped_opened = \(row.skippedOpened), failures = \(row.failures), note = \(SQL.null(row.note)),
                updated_at = clock_timestamp()
            where id = \(row.id)
            """)
    }
}

extension Replays.Row {
    /// Takes in what became of letters that were under way.
    public mutating func note(_ ended: [ReplayedLetter.Ending.Result]) {
        let count = { (result: ReplayedLetter.Ending.Result) in ended.filter { $0 == result }.count }
        succeeded += count(.succeeded)
        failed += count(.failed)
        failures += count(.failed)
        skipped += count(.skipped)
        skippedOpened += count(.skipped)
        ramp.note(succeeded: count(.succeeded) + count(.skipped), failed: count(.failed))
        guard state == .running, failures >= failureLimit else { return }
        state = .stopped
        note = "stopped after \(failures) failures, as many as it may have; mend the cause, then resume or abort it"
    }

    /// Takes in that letters were opened, and that others were left out.
    public mutating func note(opened count: Int, skipped left: Int) {
        opened += count
        skipped += left
    }

    /// How many more may be opened now.
    public var room: Int { state == .running ? max(ramp.width - underWay, 0) : 0 }

    /// Ends it where nothing is left to do.
    public mutating func conclude() {
        if state == .running, waiting == 0, underWay == 0 { state = .done }
    }
}
