public import CanonicalModel
internal import Synchronization

/// The version of messages that a program writes, as it was told last; for those that write without asking first.
public final class WrittenSchema: Sendable {
    private let last = Mutex(SchemaVersion.oldest)

    /// Makes one that writes what is certainly read, until it is told.
    public init() {}

    /// What to write.
    public var version: SchemaVersion { last.withLock { $0 } }

    /// Takes an answer of `SchemaAgreement.written`.
    public func note(_ schema: SchemaVersion) {
        last.withLock { $0 = schema }
    }
}
