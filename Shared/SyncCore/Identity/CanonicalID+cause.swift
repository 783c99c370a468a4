public import CanonicalModel
internal import Crypto
public import SyncPolicy

/// Ids that follow from what a record comes of: a database that has lost the record makes it again under the same id, which
/// its objects in other systems bear and its creation keys are made of (decision 0023).
extension CanonicalID {
    /// The id of a record that begins with an object.
    public init(beginningWith object: LinkKey) {
        self.init(digestOf: [
            "object", object.connection.name, object.entity.rawValue, object.native.type, object.native.id,
        ])
    }

    /// The id of the record that an effect makes.
    ///
    /// - Parameter occurrence: which time it happens for the cause; 1 for the first.
    public init(madeBy effect: EffectKind, for cause: CanonicalID, occurrence: Int = 1) {
        self.init(digestOf: ["effect", effect.rawValue, cause.description, "\(occurrence)"])
    }

    /// Version 8 of RFC 9562: made by a rule of one's own.
    private init(digestOf words: [String]) {
        var hash = SHA256()
        for word in words {
            // A length before each word, so that no two lists have the same bytes.
            let length: [UInt8] = withUnsafeBytes(of: UInt32(clamping: word.utf8.count).bigEndian, Array.init)
            hash.update(data: length)
            hash.update(data: Array(word.utf8))
        }
        var halves: (UInt64, UInt64) = (0, 0)
        for (position, byte) in hash.finalize().prefix(16).enumerated() {
            if position < 8 { halves.0 = halves.0 << 8 | UInt64(byte) } else { halves.1 = halves.1 << 8 | UInt64(byte) }
        }
        self.init(high: halves.0 & ~0xF000 | 0x8000, low: halves.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// When a version 7 id was made; nil for an id of another kind, which tells no time.
    public var madeAt: Instant? {
        high >> 12 & 0xF == 7 ? Instant(milliseconds: Int64(high >> 16)) : nil
    }
}
