public import SyncCore

/// Where the poll of a stream stands.
public struct StreamPlace: Sendable, Hashable {
    /// Where it goes on; nil before its first page.
    public var cursor: String?
    /// What it has still to do in a recovery; nil where no recovery holds all writing, and once it was asked to its end.
    public var recovery: StreamRecovery?

    /// Takes the parts.
    public init(cursor: String?, recovery: StreamRecovery?) {
        self.cursor = cursor
        self.recovery = recovery
    }
}
