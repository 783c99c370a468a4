internal import Crypto

/// Seals secrets with AES-GCM under a master key, so that they are safe at rest.
///
/// Each sealed value names its key. During a rotation two keys are valid: the current one seals, both open.
public struct SecretBox: Sendable {
    /// A sealed secret, as a row holds it.
    public struct Sealed: Sendable, Hashable {
        /// The key that opens it.
        public var keyID: String
        /// Nonce, ciphertext and tag.
        public var bytes: [UInt8]

        /// Takes the parts.
        public init(keyID: String, bytes: [UInt8]) {
            self.keyID = keyID
            self.bytes = bytes
        }
    }

    private let keys: [String: SymmetricKey]
    /// The id of the key that seals.
    public let currentKeyID: String

    /// Takes the master keys, 32 bytes each.
    ///
    /// - Parameter previous: keys that still open what they have sealed.
    public init(current: [UInt8], previous: [[UInt8]] = []) throws(StoreError) {
        var keys: [String: SymmetricKey] = [:]
        for key in previous + [current] {
            guard key.count == 32 else {
                throw StoreError(.configuration, "a master key has \(key.count) bytes; it needs 32")
            }
            keys[Self.id(of: key)] = SymmetricKey(data: key)
        }
        self.keys = keys
        currentKeyID = Self.id(of: current)
    }

    /// Seals a secret for a purpose, such as `account/crm-main`; it opens for no other.
    public func seal(_ secret: [UInt8], for purpose: String) throws(StoreError) -> Sealed {
        guard let key = keys[currentKeyID],
            let box = try? AES.GCM.seal(secret, using: key, authenticating: Array(purpose.utf8)),
            let bytes = box.combined
        else { throw StoreError(.unsealable, "the secret of \(purpose) cannot be sealed") }
        return Sealed(keyID: currentKeyID, bytes: Array(bytes))
    }

    /// Opens a secret.
    ///
    /// - Throws: `StoreError` with code `unsealable` when the key is not here, the purpose is another, or a byte was
    ///   altered.
    public func open(_ sealed: Sealed, for purpose: String) throws(StoreError) -> [UInt8] {
        guard let key = keys[sealed.keyID] else {
            throw StoreError(
                .unsealable,
                "the secret of \(purpose) is sealed with the master key \(sealed.keyID), which is not among "
                    + keys.keys.sorted().joined(separator: ", "))
        }
        guard let box = try? AES.GCM.SealedBox(combined: sealed.bytes),
            let secret = try? AES.GCM.open(box, using: key, authenticating: Array(purpose.utf8))
        else { throw StoreError(.unsealable, "the secret of \(purpose) was altered, or sealed for something else") }
        return Array(secret)
    }

    /// The id of a key: eight digits of its SHA-256, which tell nothing of the key.
    static func id(of key: [UInt8]) -> String {
        Hexadecimal.text(SHA256.hash(data: Array("plumbline key id".utf8) + key).prefix(4))
    }
}
