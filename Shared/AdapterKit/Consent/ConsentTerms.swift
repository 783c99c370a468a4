import CanonicalModel
import ConnectorKit
import SyncStore
import VendorHTTP

/// How the account of a connection can be connected by consent, worked out from what is declared: pure.
struct ConsentTerms: Sendable {
    let declaration: ConnectionDeclaration
    let descriptor: ConnectorDescriptor
    /// The address under which browsers reach the adapter; nil where it does not know one.
    let publicURL: String?

    /// What a public address looks like, in words.
    static let publicURLForm = "https://host, or http://127.0.0.1:port on this machine, without a final slash"

    /// Where the vendor sends browsers back to; it must be registered there, letter by letter.
    var redirectURI: String? {
        publicURL.flatMap { Self.isPublicURL($0) ? "\($0)/oauth/\(declaration.id)" : nil }
    }

    /// What is declared of it to operators.
    var offer: ConsentOffer {
        let source = CredentialSource(declaration, descriptor.authentication)
        let isNeeded = if case .consent = source { true } else { false }
        return ConsentOffer(
            connection: declaration.id, title: descriptor.title, way: way(source), isNeeded: isNeeded)
    }

    private func way(_ source: CredentialSource) -> ConsentOffer.Way {
        switch source {
        case .missing(let what): return .closed("\(what); see its file")
        case .fixed:
            return .closed(
                "it works with the access_token of its file, which needs no consent; to connect it by consent take "
                    + "access_token out of the file, name client_id and client_secret there, and start its adapter anew"
            )
        case .declared(let settings), .consent(let settings):
            guard let consent = settings.consent else {
                return .closed(
                    "\(descriptor.title) is not known to ask anybody; put a refresh_token where the file says")
            }
            return way(consent)
        }
    }

    private func way(_ consent: ConsentSettings) -> ConsentOffer.Way {
        guard let client = declaration.secrets["client_id"], declaration.secrets["client_secret"] != nil else {
            return .closed("its file names no client_id with its client_secret; add them, and start its adapter anew")
        }
        guard let redirectURI else {
            return .closed(
                "its adapter does not know the address under which browsers reach it; set PLUMBLINE_PUBLIC_URL for it "
                    + "(\(Self.publicURLForm)), and start it anew")
        }
        var parameters = [("response_type", "code"), ("client_id", client), ("redirect_uri", redirectURI)]
        switch consent.scopes {
        case .named(let scopes):
            parameters.append(("scope", (declaration.scopes ?? scopes).joined(separator: " ")))
        case .setForApp where declaration.scopes != nil:
            return .closed(
                "its file names scopes, and \(descriptor.title) takes those that are set for the app; take scopes out "
                    + "of the file, and start its adapter anew")
        case .setForApp: break
        }
        let query = parameters.map { "\($0.0)=\(PercentEncoding.component($0.1))" }.joined(separator: "&")
        return .open(
            authorizeURL: "\(declaration.authorizeURL ?? consent.baseURL)\(consent.path)?\(query)",
            provesKey: consent.provesKey)
    }

    /// Whether an address may be given to vendors: a code must not cross a network in the clear.
    static func isPublicURL(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix), !text.hasSuffix("/"),
            !text.contains(where: { $0.isWhitespace || "?#@\"<>".contains($0) })
        else { return false }
        let host = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != ":" }
        return scheme == "https://" ? !host.isEmpty : ["127.0.0.1", "localhost"].contains(host)
    }
}
