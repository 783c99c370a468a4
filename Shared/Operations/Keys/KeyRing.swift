internal import SyncStore

/// The keys that an operator has at hand, 32 bytes each.
public struct KeyRing: Sendable {
    /// The master key that seals.
    public var master: [UInt8]?
    /// The master key that only opens.
    public var previous: [UInt8]?
    /// The private key that signs the audit log.
    public var signing: [UInt8]?
    /// Public keys that have signed it before.
    public var publicKeys: [[UInt8]]

    /// Takes the keys.
    public init(
        master: [UInt8]? = nil, previous: [UInt8]? = nil, signing: [UInt8]? = nil, publicKeys: [[UInt8]] = []
    ) {
        self.master = master
        self.previous = previous
        self.signing = signing
        self.publicKeys = publicKeys
    }

    /// What opens credentials; nil without a master key.
    func accounts() throws(StoreError) -> Accounts? {
        let keys = [master, previous].compactMap { $0 }
        guard let first = keys.first else { return nil }
        return Accounts(box: try SecretBox(current: first, previous: Array(keys.dropFirst())))
    }

    /// The master keys by their ids, and what each of them is.
    func masterKeys() throws(StoreError) -> [(id: String, standing: KeyListing.Standing)] {
        var keys: [(id: String, standing: KeyListing.Standing)] = []
        if let master { keys.append((id: try SecretBox(current: master).currentKeyID, standing: .current)) }
        if let previous { keys.append((id: try SecretBox(current: previous).currentKeyID, standing: .previous)) }
        return keys
    }

    /// The keys that verify the audit log by their ids, and what each of them is.
    func auditKeys() throws(StoreError) -> [(id: String, standing: KeyListing.Standing)] {
        var keys: [(id: String, standing: KeyListing.Standing)] = []
        if let signing { keys.append((id: try SealingKey(signing).id, standing: .current)) }
        for key in publicKeys { keys.append((id: try SealVerifyingKey(key).id, standing: .previous)) }
        return keys
    }
}
