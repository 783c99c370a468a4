internal import CanonicalModel
internal import FoundationEssentials
internal import Yams

/// Reads one declaration of a connection.
///
/// ```yaml
/// name: field-service            # lower-case letters, digits and hyphens; part of queue names
/// vendor: jobber                 # a vendor that the role's adapter knows
/// role: fsm                      # crm, fsm or ledger
/// base_url: https://api.getjobber.com
/// token_url: https://api.getjobber.com   # where it differs
/// authorize_url: https://api.getjobber.com   # where the vendor asks people for their consent; the connector's by default
/// scopes: [read, write]          # what a consent asks for, where it differs from what the connector needs
/// account: jobber-main           # connections of one account share credentials and rate budget; the name by default
/// vendor_account: "1234"         # the vendor's own id of the account, where its webhooks or paths name it
/// time_zone: America/Denver      # in which the vendor's local times are read; UTC by default
/// currency: USD                  # of amounts without one; USD by default
/// secrets:                       # each from a file or a variable of the environment
///   client_id: { file: /run/secrets/jobber-client-id }
///   client_secret: { env: JOBBER_CLIENT_SECRET }
/// overlay: {}                    # what differs from the shipped mapping
/// rate_limit: 10/100             # calls a second, and at once after a pause; the vendor's usual limit by default
/// request_ceiling: 60            # seconds until an unanswered request can no longer be carried out; the connector's by default
/// poll_interval: 60              # seconds from one look for changes to the next; the connector's by default
/// ```
struct ConnectionFile {
    private static let keys = [
        "name", "vendor", "role", "base_url", "token_url", "account", "vendor_account", "time_zone", "currency",
        "secrets", "overlay", "rate_limit", "request_ceiling", "poll_interval", "authorize_url", "scopes",
    ]
    private static let secretNames = [
        "access_token", "refresh_token", "client_id", "client_secret", "webhook_secret", "webhook_secret_previous",
    ]

    private let name: String
    private let yaml: String
    /// What is wrong, each with the file and, where there is one, the line.
    private(set) var faults: [String] = []

    init(name: String, yaml: String) {
        self.name = name
        self.yaml = yaml
    }

    /// The declaration, with its secrets if it is of the role; nil after a fault.
    mutating func declaration(
        readingSecretsOf role: Role, environment: (String) -> String?
    ) -> ConnectionDeclaration? {
        guard let root = parse() else { return nil }
        for (key, _) in root where !Self.keys.contains(key.string ?? "") {
            fault(key, "the key '\(key.string ?? "?")' is not known; known are \(Self.keys.joined(separator: ", "))")
        }
        let id = text("name", in: root, required: true, "lower-case letters, digits and hyphens, at most 40") {
            ConnectionID($0).isValid ? ConnectionID($0) : nil
        }
        let vendor = text("vendor", in: root, required: true, "the vendor's name") { $0.isEmpty ? nil : $0 }
        let words = Role.allCases.map(\.rawValue).joined(separator: ", ")
        let ownRole = text("role", in: root, required: true, "one of \(words)") { Role(rawValue: $0) }
        let baseURL = text("base_url", in: root, required: true, Self.urlForm, parse: Self.url)
        let tokenURL = text("token_url", in: root, required: false, Self.urlForm, parse: Self.url)
        let authorizeURL = text("authorize_url", in: root, required: false, Self.urlForm, parse: Self.url)
        let scopes = scopes(root["scopes"])
        let account = text("account", in: root, required: false, "text") { $0.isEmpty ? nil : $0 }
        let vendorAccount = text("vendor_account", in: root, required: false, "text") { $0.isEmpty ? nil : $0 }
        let zone = text("time_zone", in: root, required: false, "a zone such as America/Denver") {
            TimeZone(identifier: $0) == nil ? nil : $0
        }
        let currency = text("currency", in: root, required: false, "three letters such as USD") { CurrencyCode($0) }
        let secrets = secrets(root["secrets"], isRead: ownRole == role, environment: environment)
        let overlay = root["overlay"].map { OverlayValue.json($0) } ?? .object(JSONObject())
        if case .object = overlay {} else { fault(root["overlay"], "overlay must be a mapping") }
        let limit = text(
            "rate_limit", in: root, required: false, "CALLS_A_SECOND/BURST such as 10/100", parse: Self.limit)
        let ceiling = text("request_ceiling", in: root, required: false, "1 to 3600 seconds", parse: Self.seconds)
        let interval = text("poll_interval", in: root, required: false, "1 to 3600 seconds", parse: Self.seconds)
        guard faults.isEmpty, let id, let vendor, let ownRole, let baseURL else { return nil }
        var declaration = ConnectionDeclaration(
            id: id, vendor: vendor, role: ownRole, account: account, vendorAccount: vendorAccount, baseURL: baseURL,
            tokenURL: tokenURL, secrets: secrets, overlay: overlay, timeZone: zone ?? "UTC",
            currency: currency ?? .usd)
        declaration.authorizeURL = authorizeURL
        declaration.scopes = scopes
        declaration.rateLimit = limit
        declaration.requestCeiling = ceiling
        declaration.pollInterval = interval
        return declaration
    }

    private mutating func parse() -> Node.Mapping? {
        do {
            guard let node = try Yams.compose(yaml: yaml, .basic), let mapping = node.mapping else {
                faults.append("\(name): must be a mapping of keys to values")
                return nil
            }
            return mapping
        } catch {
            let reason = "\(error)".replacing("\n", with: " ")
            faults.append("\(name): is no YAML: \(reason.prefix(300))")
            return nil
        }
    }

    private mutating func text<Value>(
        _ key: String, in root: Node.Mapping, required: Bool, _ allowed: String, parse: (String) -> Value?
    ) -> Value? {
        guard let node = root[Node(key)] else {
            if required { faults.append("\(name): the key \(key) is missing; it is \(allowed)") }
            return nil
        }
        guard let scalar = node.scalar, let value = parse(scalar.string) else {
            fault(
                node, "\(key) cannot be '\((node.scalar?.string ?? "a list or mapping").prefix(80))'; it is \(allowed)")
            return nil
        }
        return value
    }

    private mutating func secrets(
        _ node: Node?, isRead: Bool, environment: (String) -> String?
    ) -> [String: String] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            fault(node, "secrets must be a mapping of names to { file: PATH } or { env: NAME }")
            return [:]
        }
        var secrets: [String: String] = [:]
        for (key, source) in mapping {
            guard let name = key.string, Self.secretNames.contains(name) else {
                let known = Self.secretNames.joined(separator: ", ")
                fault(key, "the secret '\(key.string ?? "?")' is not known; known are \(known)")
                continue
            }
            guard let source = source.mapping, source.count == 1, let kind = source.first?.key.string,
                let place = source.first?.value.scalar?.string, kind == "file" || kind == "env"
            else {
                fault(key, "the secret \(name) must be { file: PATH } or { env: NAME }, never the value itself")
                continue
            }
            guard isRead else { continue }
            let found = kind == "file" ? PrivateFile.secret(place) : environment(place)
            if let found, !found.isEmpty {
                secrets[name] = found
            } else {
                fault(key, "the secret \(name) is not there: \(kind) \(place) is missing, empty or unreadable")
            }
        }
        return secrets
    }

    /// The words of `scopes`, as RFC 6749 (section 3.3) writes them.
    private mutating func scopes(_ node: Node?) -> [String]? {
        guard let node else { return nil }
        let nodes: [Node] = node.sequence.map { Array($0) } ?? []
        let words = nodes.map { $0.scalar?.string }
        let scopes = words.compactMap { word in
            word.flatMap { $0.utf8.count <= 200 && !$0.isEmpty && $0.utf8.allSatisfy(Self.isOfScope) ? $0 : nil }
        }
        guard !scopes.isEmpty, scopes.count == words.count, scopes.count <= 100 else {
            fault(node, "scopes must be a list of 1 to 100 words without spaces, quotation marks and backslashes")
            return nil
        }
        return scopes
    }

    private static func isOfScope(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func fault(_ node: Node?, _ message: String) {
        let line = node?.mark.map { ":\($0.line)" } ?? ""
        faults.append("\(name)\(line): \(message)")
    }

    private static let urlForm =
        "https://host, or http://host for a vendor on this machine, without a path's final slash"

    /// Plain HTTP shows tokens to everybody on the way: it is for this machine and private networks that say so.
    private static func url(_ text: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix), !text.hasSuffix("/") else {
            return nil
        }
        let host = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != ":" }
        let isClean = !text.contains { $0.isWhitespace || $0 == "?" || $0 == "#" || $0 == "@" }
        return host.isEmpty || !isClean ? nil : text
    }

    private static func limit(_ text: String) -> RateLimit? {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let rate = Double(parts[0]), let burst = Int(parts[1]), rate > 0, rate <= 1_000_000,
            burst > 0, burst <= 1_000_000
        else { return nil }
        return RateLimit(burst: burst, perSecond: rate)
    }

    private static func seconds(_ text: String) -> Duration? {
        guard let seconds = Int(text), (1...3600).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}
