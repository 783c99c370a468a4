/// One step that a status has taken, with the time that the system itself gives for it.
public struct StatusStep: Hashable, Sendable {
    /// The word of the canonical list that was reached.
    public let status: String
    /// When.
    public let at: Instant

    /// Takes word and time.
    public init(_ status: String, at: Instant) {
        self.status = status
        self.at = at
    }
}
