public import CanonicalModel
public import SyncCore

/// A recovery: what goes on after the database was restored from a backup.
public struct Recovery: Sendable, Hashable {
    /// How far the reading of a connection is.
    public struct Reading: Sendable, Hashable {
        /// The connection.
        public var connection: ConnectionID
        /// The streams that are asked anew; nil until the connection's adapter has told which there are.
        public var streams: [String]?
        /// Those that were asked to their end.
        public var passed: Set<String>
        /// How many linked objects were marked.
        public var marked: Int
        /// Whether all were.
        public var isMarked: Bool
        /// How many objects are to be read.
        public var unread: Int

        /// The streams that are left; nil where nobody knows.
        public var left: [String]? { streams.map { $0.filter { !passed.contains($0) } } }
    }

    /// Its id, which is the correlation of the reads that it has asked for.
    public var id: CanonicalID
    /// The time of the backup.
    public var restoredTo: Instant
    /// When it began.
    public var begunAt: Instant
    /// Who began it.
    public var begunBy: String
    /// Why.
    public var reason: String
    /// How far it is.
    public var phase: RecoveryPhase
    /// The phase waits for what was hinted at, or made, before this time.
    public var awaitedUntil: Instant
    /// When writing went on; nil while it is held.
    public var releasedAt: Instant?

    /// Whether nothing may be written to any system.
    public var isHeld: Bool { releasedAt == nil }
}
