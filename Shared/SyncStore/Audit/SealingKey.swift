internal import Crypto

/// The key that signs the heads of the audit chain (Ed25519).
public struct SealingKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    /// The key's id: eight digits of the public key's SHA-256.
    public let id: String

    /// Takes 32 bytes, as `KeyFile` reads them.
    public init(_ bytes: [UInt8]) throws(StoreError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else {
            throw StoreError(.configuration, "a sealing key has \(bytes.count) bytes; it needs 32")
        }
        self.key = key
        id = SealVerifyingKey.id(of: Array(key.publicKey.rawRepresentation))
    }

    /// What an auditor needs to verify seals; it is no secret.
    public var verifyingKey: SealVerifyingKey {
        SealVerifyingKey(key: key.publicKey, id: id)
    }

    func sign(_ bytes: [UInt8]) throws(StoreError) -> [UInt8] {
        guard let signature = try? key.signature(for: bytes) else {
            throw StoreError(.unsealable, "a seal could not be signed")
        }
        return Array(signature)
    }
}

/// The public half of a sealing key.
public struct SealVerifyingKey: Sendable {
    private let key: Curve25519.Signing.PublicKey
    /// The key's id.
    public let id: String

    init(key: Curve25519.Signing.PublicKey, id: String) {
        self.key = key
        self.id = id
    }

    /// Takes the 32 bytes of a public key.
    public init(_ bytes: [UInt8]) throws(StoreError) {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            throw StoreError(.configuration, "a verifying key has \(bytes.count) bytes; it needs 32")
        }
        self.init(key: key, id: Self.id(of: bytes))
    }

    /// The public key's 32 bytes.
    public var bytes: [UInt8] { Array(key.rawRepresentation) }

    func isValid(_ signature: [UInt8], for bytes: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: bytes)
    }

    static func id(of publicKey: [UInt8]) -> String {
        Hexadecimal.text(SHA256.hash(data: publicKey).prefix(4))
    }
}
