/// The parts of an absolute http or https URL, as far as this module needs them.
struct RequestURL: Sendable, Equatable {
    enum Scheme: String, Sendable {
        case http, https
    }

    static let maximumLength = 16_384

    let scheme: Scheme
    /// Host and port as written.
    let authority: String
    /// Empty, or starting with a slash.
    let path: String
    /// Without the question mark; nil when there is none.
    let query: String?

    /// Takes a URL apart; a fragment is dropped, as it is never sent.
    ///
    /// - Throws: `invalidURL` with a message that does not repeat the URL.
    init(_ text: String) throws(VendorHTTPError) {
        func fault(_ message: String) -> VendorHTTPError { VendorHTTPError(.invalidURL, .notSent, message) }
        guard text.utf8.count <= Self.maximumLength else {
            throw fault("the URL is longer than \(Self.maximumLength) bytes")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw fault("the URL has a character that must be percent-encoded")
        }
        guard let colon = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased())
        else { throw fault("the URL must begin with https:// or http://") }
        let whole = text[colon.upperBound...].prefix { $0 != "#" }
        let authority = whole.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw fault("the URL must not carry a user name or password") }
        guard let host = authority.first, host != ":" else { throw fault("the URL has no host") }
        let rest = whole[authority.endIndex...]
        let path = rest.prefix { $0 != "?" }
        self.scheme = scheme
        self.authority = String(authority)
        self.path = String(path)
        query = path.endIndex == rest.endIndex ? nil : String(rest[path.endIndex...].dropFirst())
    }

    /// The host without the port.
    var host: String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return String(authority.prefix { $0 != ":" })
    }

    /// Scheme, host, port and path.
    var withoutQuery: String { "\(scheme.rawValue)://\(authority)\(path)" }
}
