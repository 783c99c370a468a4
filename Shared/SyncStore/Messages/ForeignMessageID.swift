public import CanonicalModel
internal import Crypto

extension CanonicalID {
    /// The id under which a message of a foreign publisher is known: its own where that is a UUID, else a digest of the
    /// text; the same text gives the same id.
    ///
    /// - Parameters:
    ///   - text: the publisher's message id; a message without one is known by its queue and its body.
    ///   - queue: the queue that brought it.
    public init(foreignMessageID text: String, queue: String, body: [UInt8]) {
        if let id = CanonicalID(text) {
            self = id
            return
        }
        let name = text.isEmpty ? Array("\(queue)\n".utf8) + body : Array(text.utf8)
        var halves: (UInt64, UInt64) = (0, 0)
        for (position, byte) in SHA256.hash(data: name).prefix(16).enumerated() {
            if position < 8 { halves.0 = halves.0 << 8 | UInt64(byte) } else { halves.1 = halves.1 << 8 | UInt64(byte) }
        }
        // Version 8 of RFC 9562: made by a rule of one's own.
        self.init(high: halves.0 & ~0xF000 | 0x8000, low: halves.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }
}
