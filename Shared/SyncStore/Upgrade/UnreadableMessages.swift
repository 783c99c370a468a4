public import CanonicalModel

/// Why a program does not fit a database: messages are written in a version that it does not read.
///
/// It would refuse them all, and they would become dead letters.
public struct UnreadableMessages: Error, Sendable, Hashable, CustomStringConvertible {
    /// The number of the version that is written.
    public let written: Int
    /// The version of the program, which reads the one before it, too.
    public let reads: SchemaVersion

    /// Compares both; nil where the program reads what is written.
    public init?(written: Int, reads: SchemaVersion) {
        guard !reads.accepts(Int64(written)) else { return nil }
        self.written = written
        self.reads = reads
    }

    /// What is wrong and what to do.
    public var description: String {
        let what = "messages are written in version \(written), and this program reads \(reads.accepted)"
        return written > reads.number
            ? "\(what): the upgrade to a newer release is finished; upgrade this program"
            : "\(what): the upgrade before is not finished; run `plumbline upgrade finish` of the release between first"
    }
}
