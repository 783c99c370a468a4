/// The verdict on one message or work item.
///
/// A handler neither acknowledges nor publishes: it returns its verdict, the pipeline commits it, and the
/// acknowledgement comes last.
public enum Disposition: Sendable, Equatable {
    /// Done; settle it.
    case acknowledge
    /// Not now; a row in the database brings it back after this time.
    case retry(after: Duration)
    /// Not without a person; the text says why, in words for that person.
    case deadLetter(String)
    /// Rightly without effect, for a named reason that the audit keeps.
    case discard(DiscardReason)
}

/// Why a message rightly has no effect.
public struct DiscardReason: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The reason as audit rows and metrics show it.
    public let rawValue: String

    /// Names a reason; lower case with underscores, a fixed word and no data.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The reason itself.
    public var description: String { rawValue }

    /// Nothing in it differs from what we know of that system.
    public static let echo = DiscardReason(rawValue: "echo")
    /// No field of it flows anywhere under the active policy.
    public static let notRouted = DiscardReason(rawValue: "not_routed")
    /// A newer state of the same record has taken its place.
    public static let coveredByNewerState = DiscardReason(rawValue: "covered_by_newer_state")
    /// The same message was settled before.
    public static let duplicate = DiscardReason(rawValue: "duplicate")
}
