/// A version of messages.
///
/// Who reads one takes it and the one before it.
/// So services can be updated one by one: the one that is ahead reads what the others still send, and writes what they read
/// until an operator says that none of them is left (decision 0027).
///
/// Version 2: a command names its origin.
public struct SchemaVersion: Sendable, Hashable {
    /// Its number, from 1 on.
    public let number: Int

    /// Takes a version from 1 on.
    public init(_ number: Int) {
        self.number = number
    }

    /// The version of this build.
    public static let current = SchemaVersion(ModelCatalog.schemaVersion)

    /// What this build writes while nobody has told which version is agreed on: the oldest that it reads.
    public static let oldest = SchemaVersion(max(1, current.number - 1))

    /// What this build writes where a version is agreed on; never one beyond its own.
    public static func written(agreed number: Int) -> SchemaVersion {
        SchemaVersion(min(max(number, 1), current.number))
    }

    /// Whether a command names its origin.
    var namesOrigin: Bool { number >= 2 }

    /// Whether a message of the version can be read.
    public func accepts(_ version: Int64) -> Bool {
        version >= 1 && (version == Int64(number) || version == Int64(number) - 1)
    }

    /// The versions that can be read, in words.
    public var accepted: String {
        number > 1 ? "schema version \(number - 1) or \(number)" : "schema version \(number)"
    }
}
