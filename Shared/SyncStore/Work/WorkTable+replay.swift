public import CanonicalModel
internal import Postgres

extension WorkTable {
    /// Work that a replay opens again, with its body where a person has corrected it.
    public struct Replayed: Sendable, Hashable {
        /// The work.
        public var place: Place
        /// The corrected body, and the command that it corrects: a newer one is not touched by it.
        public var correction: Correction?

        /// A corrected body.
        public struct Correction: Sendable, Hashable {
            /// The command that it corrects.
            public var command: CanonicalID
            /// The body.
            public var body: [UInt8]

            /// Takes the parts.
            public init(_ command: CanonicalID, body: [UInt8]) {
                self.command = command
                self.body = body
            }
        }

        /// Takes the parts.
        public init(_ place: Place, correction: Correction? = nil) {
            self.place = place
            self.correction = correction
        }
    }

    /// Opens work that was given up, or whose fields are held, as the next generation and behind all that is live.
    ///
    /// What is ready or waits is left alone: it is under way by itself. A newer command that comes raises the work to its
    /// own priority. Run it after `lock`.
    ///
    /// - Returns: the places that have work.
    public static func replay(_ work: [Replayed]) -> Statement<Set<Place>> {
        var given: [Place: Replayed] = [:]
        for one in work where given[one.place]?.correction == nil { given[one.place] = one }
        let rows = given.values.sorted { $0.place < $1.place }
        return Statement(
            """
            with given as materialized (
                select * from unnest(
                    \(rows.map(\.place.record)), \(rows.map(\.place.connection)), \(rows.map(\.place.entity)),
                    \(rows.map(\.correction?.command)), \(rows.map(\.correction?.body))
                ) as given(record, connection, entity, command, body)
            ), opened as (
                update work as w set state = 'ready', generation = w.generation + 1, attempts = 0, held = '{}',
                    priority = \(Int16(SyncCommand.Priority.background.rawValue)),
                    failure_class = null, failure_code = null, failure = null, due_at = clock_timestamp(),
                    updated_at = clock_timestamp(),
                    body = case when given.command = w.command then given.body else w.body end
                from given
                where w.connection = given.connection and w.record = given.record and w.entity = given.entity
                    and w.state in ('dead', 'done')
            )
            select w.record, w.connection, w.entity from given join work w using (record, connection, entity)
            """, read: Place.set)
    }
}
