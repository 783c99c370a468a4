public import CanonicalModel

/// A condition over time: seen, raised, resolved.
public struct Alert: Sendable, Hashable {
    /// Its id.
    public var id: CanonicalID
    /// What is wrong, as it was seen last.
    public var condition: AlertCondition
    /// When it was seen first.
    public var seenAt: Instant
    /// When it was seen last.
    public var lastSeenAt: Instant
    /// When it had lasted long enough; nil before.
    public var raisedAt: Instant?
    /// When it was found to be over; nil while it is not.
    public var resolvedAt: Instant?
    /// Counts what receivers are to be told, from 1: that it was raised, has become graver, is resolved.
    public var sequence: Int
    /// How telling it goes.
    public var telling = Telling()

    /// How telling an alert goes.
    public struct Telling: Sendable, Hashable {
        /// The last of the sequence that the receiver has taken.
        public var told = 0
        /// How often it has failed in a row.
        public var failures = 0
        /// Why it failed last.
        public var failure: String?

        /// Nothing told yet.
        public init() {}
    }

    /// Takes the parts.
    public init(
        id: CanonicalID, _ condition: AlertCondition, seenAt: Instant, lastSeenAt: Instant, raisedAt: Instant? = nil,
        resolvedAt: Instant? = nil, sequence: Int = 0
    ) {
        self.id = id
        self.condition = condition
        self.seenAt = seenAt
        self.lastSeenAt = lastSeenAt
        self.raisedAt = raisedAt
        self.resolvedAt = resolvedAt
        self.sequence = sequence
    }

    /// Whether people are to see it as wrong now.
    public var isRaised: Bool { raisedAt != nil && resolvedAt == nil }
}
