internal import CanonicalModel
internal import SyncCore

/// What follows a page of a poll.
///
/// A round that begins anew does so after a growing pause. People who change much at once make a list that never shows the
/// same twice; so does a vendor whose list has no order of its own, and that for ever.
public struct PollTurn: Sendable {
    /// When the next page is asked for.
    public enum Next: Sendable, Hashable {
        /// At once.
        case more
        /// From the beginning of the round, after a pause.
        case anew(after: Duration)
        /// When the stream is asked next: the round has come to its end.
        case end
    }

    /// When the next page is asked for; where there is a fault, and the round begins anew, no earlier than the stream's next
    /// turn.
    public var next: Next
    /// What is wrong with the round, though its pages are kept: it does not come to its end.
    public var fault: ConnectorFault?

    /// So often a round begins anew before that is an error.
    ///
    /// A connector goes on to the end of the list then, for what lies beyond two pages that do not join must be seen, too.
    public static let patience = 5

    /// Judges a page: pure.
    init(after page: PollPage, of stream: PollStream, _ connection: ConnectionID, _ vendor: String) {
        next = page.isAnew ? .anew(after: Self.pause(page.restarts)) : page.hasMore ? .more : .end
        guard page.restarts >= Self.patience else { return }
        fault = ConnectorFault(
            .validation, code: "endless_round",
            message: "the poll of \(stream.name) of \(connection) has begun anew \(page.restarts) times: pages of "
                + "\(vendor)'s list do not join on to each other, so that something may have slipped through; what they "
                + "show is read all the same, and the poll goes on slowly",
            fix:
                "where many of these objects are being changed at once, it ends with that; else the list has no stable "
                + "order: report that to \(vendor), and read objects that are missed with: plumbline sync force")
    }

    /// 1, 2, 4, 8, 16 seconds, no longer.
    private static func pause(_ restarts: Int) -> Duration { .seconds(1 << (min(max(restarts, 1), patience) - 1)) }
}
