public import CanonicalModel
internal import Postgres
public import SyncCore
internal import SyncPolicy

/// Effects: what happens once per cause and occurrence.
public enum Effects {
    /// How an effect stands.
    public enum State: String, Sendable, CaseIterable, TextColumn {
        /// It is to happen: a command for it is on its way, or waits.
        case wanted
        /// What it wanted is there.
        case done
        /// The work for it was given up to a dead letter; it is done yet when that is replayed or corrected.
        case dead
        /// It shall not happen.
        case cancelled
    }

    /// Notes that effects are wanted.
    ///
    /// One that is there already stays as it is.
    ///
    /// The caller holds the causes' rows, so that nobody else decides on them at the same time.
    public static func insert(_ effects: [RouteOutput.Effect]) -> Statement<Void> {
        Statement(
            """
            insert into effect (id, kind, cause, occurrence, result, reason, state)
            select * from unnest(
                \(effects.map(\.id)), \(effects.map(\.kind.rawValue)), \(effects.map(\.cause)),
                \(effects.map { Int32(clamping: $0.occurrence) }), \(effects.map(\.result)), \(effects.map(\.reason)),
                \(effects.map { ($0.isDone ? State.done : .wanted).rawValue }))
            on conflict do nothing
            """)
    }

    /// What effects the records have caused, and the records that came of them; those that were cancelled are left out.
    public static func caused(
        by records: some Collection<CanonicalID>
    ) -> Statement<[WorkingSet.EffectKey: CanonicalID]> {
        Statement(
            """
            select kind, cause, result from effect
            where cause = any(\(records.sorted())) and state <> 'cancelled' and result is not null
            order by cause, kind, occurrence
            """
        ) { result in
            var found: [WorkingSet.EffectKey: CanonicalID] = [:]
            for row in result {
                guard let kind = EffectKind(rawValue: try row[0, as: String.self]) else { continue }
                found[.init(kind: kind, cause: try row[1, as: CanonicalID.self])] = try row[2, as: CanonicalID.self]
            }
            return found
        }
    }

    /// An effect as it stands.
    public struct Standing: Sendable {
        /// The effect's id.
        public var id: CanonicalID
        /// What happens.
        public var kind: String
        /// The record that it happens for.
        public var cause: CanonicalID
        /// Which time it is.
        public var occurrence: Int
        /// The record that it makes or changes.
        public var result: CanonicalID?
        /// How it stands.
        public var state: State
        /// Why it is wanted, in words.
        public var reason: String
        /// The connection whose outcome has decided it.
        public var connection: ConnectionID?
        /// The object that came of it there.
        public var native: NativeReference?
        /// When it was wanted.
        public var madeAt: Instant
        /// Since when it stands so.
        public var changedAt: Instant
        /// The open dead letter of the work for it, where it is dead.
        public var letter: CanonicalID?
    }

    /// The effects that a record has caused, and those that made or changed it, oldest first.
    public static func about(_ record: CanonicalID) -> Statement<[Standing]> {
        Statement(
            """
            select e.id, e.kind, e.cause, e.occurrence, e.result, e.state, e.reason, e.connection, e.native_type,
                e.native_id, e.made_at, e.changed_at, letter.id
            from effect e
            left join lateral (
                select l.id from dead_letter l
                where e.state = 'dead' and l.record = e.result and l.connection = e.connection and l.source = 'work'
                    and l.state = 'open'
                order by l.last_failed_at desc
                limit 1
            ) as letter on true
            where e.cause = \(record) or e.result = \(record)
            order by e.id
            """
        ) { result in
            try result.map { row in
                let type = try row[8, as: String?.self]
                let id = try row[9, as: String?.self]
                return Standing(
                    id: try row[0, as: CanonicalID.self], kind: try row[1, as: String.self],
                    cause: try row[2, as: CanonicalID.self], occurrence: try row[3, as: Int.self],
                    result: try row[4, as: CanonicalID?.self], state: try row[5, as: State.self],
                    reason: try row[6, as: String.self], connection: try row[7, as: ConnectionID?.self],
                    native: type.flatMap { type in id.map { NativeReference(type: type, id: $0) } },
                    madeAt: try row[10, as: Instant.self], changedAt: try row[11, as: Instant.self],
                    letter: try row[12, as: CanonicalID?.self])
            }
        }
    }
}
