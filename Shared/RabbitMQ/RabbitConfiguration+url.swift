internal import Glibc

extension RabbitConfiguration {
    /// Where distributions keep the certificate authorities that they trust.
    private static let systemAuthorities = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
    ]

    /// Reads `amqp://user:password@host:port/vhost` or `amqps://…`.
    ///
    /// The nodes of a cluster stand side by side: `amqp://user:password@one:5672,two:5672,three:5672/vhost`.
    /// User, password and virtual host are percent-encoded; a missing port is 5672 or 5671, a missing or empty virtual
    /// host is `/`. Parameters after `?`: `heartbeat` (seconds, 1 to 300), `connection_timeout` (milliseconds); for
    /// amqps also `cacertfile` (else the system's authorities), `certfile` with `keyfile`, and `verify`
    /// (`verify_peer`, the default, or `verify_none`).
    public init(url: String) throws(RabbitError) {
        let (isTLS, afterScheme) = try Self.scheme(of: url)
        let (address, query) = Self.split(afterScheme, at: "?")
        let (authority, path) = Self.split(address, at: "/")
        guard let at = authority.lastIndex(of: "@") else {
            throw Self.invalid("it names no user; write amqp://user:password@host:port/vhost")
        }
        let (user, password) = Self.split(authority[..<at], at: ":")
        var nodes: [Node] = []
        let addresses = authority[authority.index(after: at)...]
        for address in addresses.split(separator: ",", omittingEmptySubsequences: false) {
            let (host, port) = try Self.hostAndPort(address, isTLS: isTLS)
            nodes.append(Node(host: host, port: port))
        }
        let first = nodes.removeFirst()
        let virtualHost = try Self.decoded(path ?? "", "virtual host")
        self.init(
            host: first.host, port: first.port, virtualHost: virtualHost.isEmpty ? "/" : virtualHost,
            user: try Self.decoded(user, "user"), password: try Self.decoded(password ?? "", "password"))
        otherNodes = nodes
        guard !self.user.isEmpty else { throw Self.invalid("the user is empty") }
        try apply(parameters: Self.parameters(query ?? ""), isTLS: isTLS)
    }

    private mutating func apply(parameters: [(String, String)], isTLS: Bool) throws(RabbitError) {
        var authorities: String?
        var certificate: String?
        var key: String?
        var verifies = true
        for (name, value) in parameters {
            switch name {
            case "heartbeat": heartbeat = .seconds(try Self.number(value, name, in: 1...300))
            case "connection_timeout":
                connectTimeout = .milliseconds(try Self.number(value, name, in: 1...600_000))
            case "cacertfile" where isTLS: authorities = value
            case "certfile" where isTLS: certificate = value
            case "keyfile" where isTLS: key = value
            case "verify" where isTLS && (value == "verify_peer" || value == "verify_none"):
                verifies = value == "verify_peer"
            default:
                throw Self.invalid("the parameter \(name)=\(value) is unknown\(isTLS ? "" : " for amqp")")
            }
        }
        guard isTLS else { return }
        guard let file = authorities ?? Self.systemAuthorities.first(where: Self.isReadable) else {
            throw Self.invalid("no file of certificate authorities was found; name one with cacertfile=")
        }
        guard (certificate == nil) == (key == nil) else { throw Self.invalid("certfile and keyfile belong together") }
        for file in [file, certificate, key].compactMap(\.self) where !Self.isReadable(file) {
            throw Self.invalid("the file \(file) cannot be read")
        }
        tls = TLS(authoritiesFile: file, verifies: verifies)
        if let certificate, let key { tls?.identity = .init(certificateFile: certificate, keyFile: key) }
    }

    private static func isReadable(_ file: String) -> Bool { access(file, R_OK) == 0 }

    private static func invalid(_ detail: String) -> RabbitError {
        RabbitError(.invalidConfiguration, operation: "reading the broker's URL", detail: detail)
    }

    private static func scheme(of url: String) throws(RabbitError) -> (isTLS: Bool, rest: Substring) {
        for (scheme, isTLS) in [("amqp://", false), ("amqps://", true)] where url.hasPrefix(scheme) {
            return (isTLS, url.dropFirst(scheme.count))
        }
        throw invalid("it begins with neither amqp:// nor amqps://")
    }

    private static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    private static func hostAndPort(_ text: Substring, isTLS: Bool) throws(RabbitError) -> (String, Int) {
        let host: Substring
        let port: Substring?
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw invalid("after ] only :port can come") }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            (host, port) = split(text, at: ":")
        }
        guard !host.isEmpty else { throw invalid("the host is empty") }
        guard let port else { return (String(host), isTLS ? 5671 : 5672) }
        return (String(host), try number(String(port), "port", in: 1...65_535))
    }

    private static func number(_ text: String, _ name: String, in range: ClosedRange<Int>) throws(RabbitError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw invalid("\(name) is \"\(text)\", not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func parameters(_ query: Substring) throws(RabbitError) -> [(String, String)] {
        var parameters: [(String, String)] = []
        for pair in query.split(separator: "&") {
            let (name, value) = split(pair, at: "=")
            parameters.append((try decoded(name, "parameter name"), try decoded(value ?? "", "parameter \(name)")))
        }
        return parameters
    }

    /// Undoes percent-encoding; the offending text is not repeated, it may be the password.
    private static func decoded(_ text: Substring, _ what: String) throws(RabbitError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw invalid("the \(what) has a % without two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !decoded.utf8.contains(0) else {
            throw invalid("the \(what) is not UTF-8 text")
        }
        return decoded
    }
}
