internal import Crypto

/// The proof key of one authorisation code (RFC 7636): who exchanges the code is who asked for it.
public struct CodeVerifier: Sendable, Hashable {
    /// What is shown when the code is exchanged: 43 letters, digits, hyphens and underscores; a secret until then.
    public let text: String

    /// Makes one from 256 random bits.
    public static func make(_ random: SaltSource = .random) -> CodeVerifier {
        CodeVerifier(text: Base64URL.text(random.bytes(32)))
    }

    init(text: String) {
        self.text = text
    }

    /// What is told when the code is asked for, by the method `S256`.
    public var challenge: String { Base64URL.text(Array(SHA256.hash(data: Array(text.utf8)))) }
}
