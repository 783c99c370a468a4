public import CanonicalModel

/// Entries of the audit log that were lost with a restored backup: anchors still name them, and the entry of the recovery tells
/// where the chain ended.
public struct AuditGap: Sendable, Hashable, CustomStringConvertible {
    /// The entry of the recovery.
    public var entry: CanonicalID
    /// When the recovery began.
    public var at: Instant
    /// The last position of before.
    public var after: Int64
    /// When the chain up to there was sealed; nil where it never was.
    public var from: Instant?
    /// The last position that an anchor names of what was lost.
    public var through: Int64
    /// When that was sealed.
    public var until: Instant?

    /// In words.
    public var description: String {
        let from = from.map { "\($0)" } ?? "the beginning"
        let until = until.map { "\($0)" } ?? "\(at)"
        return "entries \(after + 1) to \(through) at least, sealed between \(from) and \(until), were lost with a "
            + "restored backup, as entry \(entry) of \(at) tells"
    }

    /// What the details of the entry of a recovery have.
    static let mark = Array(#""operation":"recover begin""#.utf8)

    /// Reads the entry of a recovery; nil for one that tells no earlier end of the chain than its own place.
    init?(entry: CanonicalID, at: Instant, body: [UInt8], position: Int64) {
        guard let details = try? JSONValue(parsing: body), details["operation"].string == "recover begin",
            let after = details["chain_position"].int, after < position
        else { return nil }
        self.entry = entry
        self.at = at
        self.after = after
        through = after
    }

    /// Whether the recovery tells why an anchor is not the chain's.
    func explains(_ anchor: Seal) -> Bool { anchor.position > after && anchor.sealedAt <= at }

    /// Takes in an anchor that it explains.
    mutating func take(_ anchor: Seal) {
        through = max(through, anchor.position)
        until = max(until ?? anchor.sealedAt, anchor.sealedAt)
    }
}
