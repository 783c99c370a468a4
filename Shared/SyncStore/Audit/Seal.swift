public import CanonicalModel

/// The head of the audit chain at a position, signed.
public struct Seal: Sendable, Hashable {
    /// How far the chain went.
    public var position: Int64
    /// How many entries were added since the seal before.
    public var entries: Int
    /// The hash of everything up to there.
    public var head: [UInt8]
    /// The signature of position, count, head and time.
    public var signature: [UInt8]
    /// The key that signed.
    public var keyID: String
    /// When it was sealed.
    public var sealedAt: Instant

    init(position: Int64, entries: Int, head: [UInt8], sealedAt: Instant, key: SealingKey) throws(StoreError) {
        self.position = position
        self.entries = entries
        self.head = head
        self.sealedAt = sealedAt
        keyID = key.id
        signature = []
        signature = try key.sign(signedBytes)
    }

    init(
        position: Int64, entries: Int, head: [UInt8], signature: [UInt8], keyID: String, sealedAt: Instant
    ) {
        self.position = position
        self.entries = entries
        self.head = head
        self.signature = signature
        self.keyID = keyID
        self.sealedAt = sealedAt
    }

    /// What the signature covers.
    var signedBytes: [UInt8] {
        Array("plumbline seal 1\n\(position)\n\(entries)\n\(sealedAt.microseconds)\n\(keyID)\n".utf8) + head
    }

    func isValid(_ keys: [SealVerifyingKey]) -> Bool {
        keys.contains { $0.id == keyID && $0.isValid(signature, for: signedBytes) }
    }
}
