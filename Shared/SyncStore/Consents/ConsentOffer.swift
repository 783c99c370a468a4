public import CanonicalModel

/// How the account of a connection is connected by consent: where a person is asked, or why nobody can be.
public struct ConsentOffer: Sendable, Hashable {
    /// Whether somebody can be asked.
    public enum Way: Sendable, Hashable {
        /// At this address, to which `state` and, where the vendor takes one, the challenge of a proof key are added.
        case open(authorizeURL: String, provesKey: Bool)
        /// Nobody can be asked; in words why, and what to do.
        case closed(String)
    }

    /// Whose account.
    public var connection: ConnectionID
    /// The vendor's name as people write it.
    public var title: String
    /// Whether and where somebody can be asked.
    public var way: Way
    /// Whether the connection has no credentials but those that a consent brings.
    public var isNeeded: Bool

    /// Takes the parts.
    public init(connection: ConnectionID, title: String, way: Way, isNeeded: Bool) {
        self.connection = connection
        self.title = title
        self.way = way
        self.isNeeded = isNeeded
    }

    /// What a person does to connect an account, as a command.
    public static func command(for connection: ConnectionID) -> String {
        "plumbline connections authorize \(connection)"
    }

    /// The address to open in a browser; nil where nobody can be asked.
    public func url(state: ConsentState, verifier: CodeVerifier?) -> String? {
        guard let url = way.authorizeURL, way.provesKey == (verifier != nil) else { return nil }
        let proof = verifier.map { "&code_challenge=\($0.challenge)&code_challenge_method=S256" } ?? ""
        return "\(url)&state=\(state.text)\(proof)"
    }
}

extension ConsentOffer.Way {
    var authorizeURL: String? {
        if case .open(let url, _) = self { url } else { nil }
    }

    /// Whether the vendor takes a proof key.
    public var provesKey: Bool {
        if case .open(_, let provesKey) = self { provesKey } else { false }
    }

    /// Why nobody can be asked; nil where somebody can be.
    public var obstacle: String? {
        if case .closed(let obstacle) = self { obstacle } else { nil }
    }
}
