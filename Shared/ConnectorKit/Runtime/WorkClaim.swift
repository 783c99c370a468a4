public import CanonicalModel
public import SyncCore
public import SyncStore

/// Work whose lane is held, with what is needed to go on with it.
public struct WorkClaim: Sendable {
    /// The row that was claimed.
    public var work: ClaimedWork
    /// The newest desired state.
    public var command: SyncCommand
    /// What the object last showed; nil where there is no object yet.
    public var shadow: Shadow?
    /// The attempt whose outcome is not known yet.
    public var unsettled: Intent?
    /// The next ordinal of the creation key; it moves only after a definite refusal.
    public var ordinal: Int
    /// When a recovery began because of which its create is looked for before it is sent; nil where it need not be.
    public var searchedSince: Instant?

    /// Takes the parts.
    public init(
        _ work: ClaimedWork, command: SyncCommand, shadow: Shadow? = nil, unsettled: Intent? = nil, ordinal: Int = 1,
        searchedSince: Instant? = nil
    ) {
        self.work = work
        self.command = command
        self.shadow = shadow
        self.unsettled = unsettled
        self.ordinal = ordinal
        self.searchedSince = searchedSince
    }

    /// The object; nil where there is none yet.
    public var native: NativeReference? { work.native }

    /// The record at the connection.
    public var place: Place { work.version.place }
}
