internal import CanonicalModel
internal import Postgres

extension WorkTable {
    /// Lets work carry the effects of the commands that were taken in, also of those that a newer state covers.
    ///
    /// State is covered by newer state, an effect never: where the command that brings it comes after the newer one, the
    /// work is opened again, so that the next look at it settles the effect. It is a new generation, for an outcome that
    /// is being written now knows nothing of the effect. Run it after `accept`, in the same transaction: that holds the
    /// rows.
    public static func carryEffects(of commands: [ReceivedCommand]) -> Statement<Void> {
        var newest: [Place: CanonicalID] = [:]
        for received in commands {
            guard let effect = received.command.effect else { continue }
            newest[received.place] = max(newest[received.place] ?? effect, effect)
        }
        let chosen = newest.sorted { $0.key < $1.key }
        return Statement(
            """
            update work as w set
                effect = given.effect, generation = w.generation + 1, updated_at = clock_timestamp(),
                state = case when w.state in ('done', 'dead') then 'ready' else w.state end,
                due_at = case when w.state in ('done', 'dead') then clock_timestamp() else w.due_at end
            from unnest(
                \(chosen.map(\.key.record)), \(chosen.map(\.key.connection)), \(chosen.map(\.key.entity)),
                \(chosen.map(\.value))
            ) as given(record, connection, entity, effect)
            where w.record = given.record and w.connection = given.connection and w.entity = given.entity
                and w.effect is distinct from given.effect
                and exists (select from effect e where e.id = given.effect and e.state in ('wanted', 'dead'))
                and (w.effect is null or w.effect < given.effect
                    or exists (select from effect e where e.id = w.effect and e.state in ('done', 'cancelled')))
            """)
    }
}
