public import CanonicalModel
internal import Postgres
public import SyncCore
internal import SyncPolicy

/// Effects: what happens once per cause and occurrence.
public enum Effects {
    /// Notes that effects are wanted.
    ///
    /// One that is there already stays as it is.
    ///
    /// The caller holds the causes' rows, so that nobody else decides on them at the same time.
    public static func insert(_ effects: [RouteOutput.Effect]) -> Statement<Void> {
        Statement(
            """
            insert into effect (id, kind, cause, occurrence, result, reason)
            select * from unnest(
                \(effects.map(\.id)), \(effects.map(\.kind.rawValue)), \(effects.map(\.cause)),
                \(effects.map { Int32(clamping: $0.occurrence) }), \(effects.map(\.result)), \(effects.map(\.reason)))
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

    /// Notes that effects have happened: what they wanted is there.
    public static func complete(_ effects: some Collection<CanonicalID>) -> Statement<Void> {
        Statement(
            """
            update effect set state = 'done', changed_at = clock_timestamp()
            where id = any(\(effects.sorted())) and state = 'wanted'
            """)
    }
}
