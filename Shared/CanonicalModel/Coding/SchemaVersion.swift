/// Which versions of the model a reader of messages takes: its own and the one before it.
///
/// So services can be updated one by one: the one that is behind never meets a newer message as long as those that
/// write are updated last, and the one that is ahead reads what the others still send.
public struct SchemaVersion: Sendable, Hashable {
    /// The version that is written.
    public let number: Int

    /// Takes a version from 1 on.
    public init(_ number: Int) {
        self.number = number
    }

    /// The version of this build.
    public static let current = SchemaVersion(ModelCatalog.schemaVersion)

    /// Whether a message of the version can be read.
    public func accepts(_ version: Int64) -> Bool {
        version >= 1 && (version == Int64(number) || version == Int64(number) - 1)
    }

    /// The versions that can be read, in words.
    var accepted: String {
        number > 1 ? "schema version \(number - 1) or \(number)" : "schema version \(number)"
    }
}
