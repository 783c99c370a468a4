import Synchronization

/// One credential that a sandbox has issued.
public struct SandboxToken: Sendable {
    /// What a token is good for.
    public enum Kind: String, Sendable {
        /// It authorises API calls.
        case access
        /// It buys new access tokens.
        case refresh
        /// It is the one-time code of the authorisation step.
        case code
    }

    /// The secret itself.
    public let value: String
    /// What it is good for.
    public let kind: Kind
    /// The client it was issued to; names the actor in the history.
    public let client: String
    /// The vendor's account (portal, realm) it opens.
    public let account: String
    /// What it may do.
    public let scopes: Set<String>
    /// When it was issued.
    public let issuedAt: SandboxInstant
    /// When it ends; nil means never.
    public var expiresAt: SandboxInstant?
    /// Whether it was revoked or used up.
    public var isRevoked = false
    /// What the verifier of a code must meet; nil where the code was asked for without a challenge.
    public var challenge: CodeChallenge?

    /// A token as it is issued.
    public init(
        value: String, kind: Kind, client: String, account: String, scopes: Set<String> = [],
        issuedAt: SandboxInstant, expiresAt: SandboxInstant?, challenge: CodeChallenge? = nil
    ) {
        self.value = value
        self.kind = kind
        self.client = client
        self.account = account
        self.scopes = scopes
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.challenge = challenge
    }

    /// Whether what is shown with a code is what its challenge demands.
    public func accepts(verifier: String?) -> Bool {
        guard let challenge else { return verifier == nil }
        return challenge.isMet(by: verifier)
    }

    /// The token as the control API lists it; the value is shown, since it opens nothing real.
    var json: JSON {
        [
            "token": .string(value), "kind": .string(kind.rawValue), "client": .string(client),
            "account": .string(account), "scopes": .array(scopes.sorted().map(JSON.string)),
            "issuedAt": .string(issuedAt.iso8601), "expiresAt": .optional(expiresAt?.iso8601),
            "revoked": .bool(isRevoked),
        ]
    }
}

/// The tokens of one vendor, where the control API can list, expire and revoke them.
public final class TokenStore: Sendable {
    /// What a presented token turns out to be.
    public enum Verdict: Sendable {
        /// It stands.
        case valid(SandboxToken)
        /// Its time is over.
        case expired(SandboxToken)
        /// It was revoked or used up.
        case revoked(SandboxToken)
        /// It was never issued, or for another purpose.
        case unknown
    }

    private let tokens = Mutex<[String: SandboxToken]>([:])

    /// No tokens.
    public init() {}

    /// Keeps a token.
    public func insert(_ token: SandboxToken) {
        tokens.withLock { $0[token.value] = token }
    }

    /// Judges a presented token.
    public func check(_ value: String, kind: SandboxToken.Kind, now: SandboxInstant) -> Verdict {
        guard let token = tokens.withLock({ $0[value] }), token.kind == kind else { return .unknown }
        if token.isRevoked { return .revoked(token) }
        if let end = token.expiresAt, now >= end { return .expired(token) }
        return .valid(token)
    }

    /// Uses up a token: the first caller gets it, all others learn that it is gone.
    public func consume(_ value: String, kind: SandboxToken.Kind, now: SandboxInstant) -> Verdict {
        tokens.withLock { tokens in
            guard let token = tokens[value], token.kind == kind else { return .unknown }
            if token.isRevoked { return .revoked(token) }
            if let end = token.expiresAt, now >= end { return .expired(token) }
            tokens[value]?.isRevoked = true
            return .valid(token)
        }
    }

    /// Revokes one token; says whether there was one.
    @discardableResult
    public func revoke(_ value: String) -> Bool {
        tokens.withLock { $0[value]?.isRevoked = true } != nil
    }

    /// Ends the time of one token now; says whether there was one.
    @discardableResult
    public func expire(_ value: String, now: SandboxInstant) -> Bool {
        tokens.withLock { $0[value]?.expiresAt = now } != nil
    }

    /// Changes the end of one token's time.
    public func setExpiry(_ value: String, _ expiresAt: SandboxInstant?) {
        tokens.withLock { $0[value]?.expiresAt = expiresAt }
    }

    /// The tokens that match, the newest last.
    public func all(where matches: (SandboxToken) -> Bool = { _ in true }) -> [SandboxToken] {
        tokens.withLock { Array($0.values.filter(matches)) }.sorted {
            ($0.issuedAt, $0.value) < ($1.issuedAt, $1.value)
        }
    }

    /// Forgets all tokens.
    public func removeAll() {
        tokens.withLock { $0.removeAll() }
    }
}
