public import CanonicalModel
internal import Postgres
internal import SyncPolicy

extension Effects {
    /// What the outcome of work says of the effect that the work carries.
    public struct Outcome: Sendable {
        /// The effect.
        public var effect: CanonicalID
        /// The work.
        public var place: Place
        /// The object that the record is there; nil while there is none.
        public var native: NativeReference?
        /// Whether the system shows the whole desired state.
        public var isShown: Bool
        /// Whether the work was given up to a dead letter.
        public var isGivenUp: Bool

        /// Takes the parts.
        public init(
            effect: CanonicalID, place: Place, native: NativeReference?, isShown: Bool, isGivenUp: Bool
        ) {
            self.effect = effect
            self.place = place
            self.native = native
            self.isShown = isShown
            self.isGivenUp = isGivenUp
        }
    }

    /// Notes what became of effects, in the transaction of the outcome; work whose effect is over carries it no more.
    ///
    /// An effect that creates is done as soon as its record is an object there, whoever made it; any other when the
    /// system shows the desired state. An older effect of the same kind on the same record is done with it. What is done
    /// or cancelled stays so, whatever becomes of the record later.
    public static func settle(_ outcomes: [Outcome]) -> Statement<Void> {
        let outcomes = outcomes.sorted { ($0.place, $0.effect) < ($1.place, $1.effect) }
        let creating = EffectKind.allCases.filter { $0.creates != nil }.map(\.rawValue)
        return Statement(
            """
            with given as materialized (
                select * from unnest(
                    \(outcomes.map(\.effect)), \(outcomes.map(\.place.connection)), \(outcomes.map(\.place.record)),
                    \(outcomes.map(\.place.entity)), \(outcomes.map(\.native?.type.storable)),
                    \(outcomes.map(\.native?.id.storable)), \(outcomes.map(\.isShown)), \(outcomes.map(\.isGivenUp))
                ) as given(effect, connection, record, entity, native_type, native_id, is_shown, is_given_up)
            ), news as materialized (
                select e.id, g.is_given_up, g.connection, g.native_type, g.native_id,
                    g.is_shown or g.native_id is not null and e.kind = any(\(creating)) as is_done
                from given g
                join effect c on c.id = g.effect
                join effect e on e.result = c.result and e.kind = c.kind and e.made_at <= c.made_at
            ), settled as (
                update effect as e set state = case when n.is_done then 'done' else 'dead' end,
                    connection = n.connection, native_type = n.native_type, native_id = n.native_id,
                    changed_at = clock_timestamp()
                from news n
                where e.id = n.id and e.state in ('wanted', 'dead') and (n.is_done or n.is_given_up)
                returning e.id, e.state
            )
            update work as w set effect = null
            from given g
            where w.connection = g.connection and w.record = g.record and w.entity = g.entity and w.effect = g.effect
                and (exists (select from settled s where s.id = g.effect and s.state = 'done')
                    or exists (select from effect e where e.id = g.effect and e.state in ('done', 'cancelled')))
            """)
    }
}
