public import CanonicalModel
internal import Postgres

/// Webhooks whose letters are replayed: only their adapter can read them.
extension DeadLetters {
    /// Locks letters of webhooks that a replay has opened, and reads them.
    public static func openedWebhooks(of connection: ConnectionID, limit: Int) -> Statement<[Letter]> {
        page(
            """
            source = 'webhook' and state = 'replaying' and opened_at is not null and connection = \(connection)
            order by subject collate "C" limit \(limit) for no key update skip locked
            """
        ).map { $0.map(\.letter) }
    }

    /// A webhook that was taken in once more.
    public struct TakenWebhook: Sendable, Hashable {
        /// Its letter.
        public var letter: CanonicalID
        /// Why it still cannot be read; nil where it could.
        public var failure: String?

        /// Takes the parts.
        public init(_ letter: CanonicalID, failure: String?) {
            self.letter = letter
            self.failure = failure
        }
    }

    /// Closes the letters of webhooks that could be read, and opens the others again, in the transaction that has locked
    /// them.
    public static func tookIn(_ webhooks: [TakenWebhook]) -> Statement<Void> {
        Statement(
            """
            update dead_letter as l set
                state = case when given.failure is null then 'replayed' else 'open' end,
                closed_at = case when given.failure is null then clock_timestamp() end,
                opened_at = case when given.failure is null then l.opened_at end,
                attempts = l.attempts + case when given.failure is null then 0 else 1 end,
                failure = coalesce(given.failure, l.failure),
                last_failed_at = case when given.failure is null then l.last_failed_at else clock_timestamp() end
            from unnest(\(webhooks.map(\.letter)), \(webhooks.map { $0.failure?.storable })) as given(letter, failure)
            where l.id = given.letter and l.state = 'replaying'
            """)
    }
}
