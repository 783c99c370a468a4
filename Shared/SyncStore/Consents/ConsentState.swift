public import CanonicalModel
internal import Crypto

/// The parameter `state` of one consent: 256 random bits that only come back with the browser that was sent away with them.
///
/// Its text is a secret while the consent is open: it is never stored or logged, only its digest is.
public struct ConsentState: Sendable {
    /// As it stands in URLs: 43 letters, digits, hyphens and underscores.
    public let text: String
    private let bytes: [UInt8]

    /// Makes one from the system's random numbers.
    public static func make(_ random: SaltSource = .random) -> ConsentState {
        ConsentState(random.bytes(32))
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        text = Base64URL.text(bytes)
    }

    /// Reads what has come back; nil for what was never made here.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.bytes(text), bytes.count == 32 else { return nil }
        self.init(bytes)
    }

    /// What is kept of it.
    public var digest: [UInt8] { Array(SHA256.hash(data: Array("plumbline consent state".utf8) + bytes)) }

    /// The consent that this is the state of, among those of one connection.
    ///
    /// Looks at all of them, each to its end, so that the time that it takes tells nothing.
    public func find(in consents: [Consent]) -> Consent? {
        let own = digest
        var found: Consent?
        for consent in consents where Self.areEqual(consent.stateDigest, own) { found = consent }
        return found
    }

    /// Seals the verifier that belongs to this consent, so that only who has the state can open it.
    public func seal(_ verifier: CodeVerifier, for connection: ConnectionID) throws(StoreError) -> [UInt8] {
        try box.seal(Array(verifier.text.utf8), for: Self.purpose(connection)).bytes
    }

    /// Opens what `seal` has sealed for the same connection.
    public func open(_ sealed: [UInt8], for connection: ConnectionID) throws(StoreError) -> CodeVerifier {
        let own = try box
        let secret = try own.open(.init(keyID: own.currentKeyID, bytes: sealed), for: Self.purpose(connection))
        return CodeVerifier(text: String(decoding: secret, as: UTF8.self))
    }

    private var box: SecretBox {
        get throws(StoreError) {
            try SecretBox(current: Array(SHA256.hash(data: Array("plumbline consent key".utf8) + bytes)))
        }
    }

    private static func purpose(_ connection: ConnectionID) -> String { "consent/\(connection)" }

    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
