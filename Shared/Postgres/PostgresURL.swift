extension PostgresConfiguration {
    /// Reads `postgres://user:password@host:port/database?sslmode=verify-full&…`.
    ///
    /// The host may be left out and given as `?host=/folder` for a unix socket. Further keys: `sslrootcert`, `sslcert`,
    /// `sslkey`, `application_name`, `search_path`, `connect_timeout` (seconds), `statement_timeout`, `call_timeout`
    /// (milliseconds), `prepared_statements` (a number), `pooler` (`none` or `transaction`). A special character in a
    /// part is written as `%` and two hexadecimal digits.
    ///
    /// - Throws: `PostgresError` with code `.configuration`; its text never shows the password.
    public init(url: String) throws(PostgresError) {
        var rest = url[...]
        guard let scheme = ["postgres://", "postgresql://"].first(where: { url.hasPrefix($0) }) else {
            throw Self.fault("the database URL must start with postgres:// or postgresql://")
        }
        rest = rest.dropFirst(scheme.count)
        let query = Self.cut(&rest, at: "?")
        let path = Self.cut(&rest, at: "/")
        var credentials: Substring = ""
        if let at = rest.lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        let password = Self.cut(&credentials, at: ":")
        self.init(
            host: "", user: try Self.decoded(credentials, "user"), database: try Self.decoded(path ?? "", "database"))
        self.password = try password.map { password throws(PostgresError) in try Self.decoded(password, "password") }
        try readAddress(rest)
        for pair in query?.split(separator: "&") ?? [] {
            var name = pair
            let value = Self.cut(&name, at: "=") ?? ""
            try set(String(name), to: try Self.decoded(value, String(name)))
        }
        guard !host.isEmpty else { throw Self.fault("the database URL names no host") }
        guard !user.isEmpty else { throw Self.fault("the database URL names no user") }
        if database.isEmpty { database = user }
    }

    private mutating func readAddress(_ address: Substring) throws(PostgresError) {
        var host = address
        var port: Substring?
        if address.hasPrefix("[") {
            // An IPv6 address, whose colons belong to it.
            guard let end = address.firstIndex(of: "]") else {
                throw Self.fault("the database URL has an IPv6 address without its closing bracket")
            }
            host = address[address.index(after: address.startIndex)..<end]
            let tail = address[address.index(after: end)...]
            port = tail.hasPrefix(":") ? tail.dropFirst() : nil
        } else {
            port = Self.cut(&host, at: ":")
        }
        self.host = try Self.decoded(host, "host")
        if let port, !port.isEmpty { self.port = try Self.number(port, "port") }
    }

    private mutating func set(_ name: String, to value: String) throws(PostgresError) {
        switch name {
        case "host": host = value
        case "port": port = try Self.number(value, name)
        case "sslmode":
            guard let mode = TLSMode(rawValue: value) else {
                let modes = TLSMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.fault("sslmode in the database URL is \"\(value)\"; it can be \(modes)")
            }
            tls = mode
        case "sslrootcert": rootCertificateFile = value
        case "sslcert": certificateFile = value
        case "sslkey": keyFile = value
        case "application_name": applicationName = value
        case "search_path": searchPath = value
        case "connect_timeout": connectTimeout = .seconds(try Self.number(value, name) as UInt32)
        case "statement_timeout": statementTimeout = .milliseconds(try Self.number(value, name) as UInt32)
        case "call_timeout": callTimeout = .milliseconds(try Self.number(value, name) as UInt32)
        case "prepared_statements": preparedStatements = Int(try Self.number(value, name) as UInt16)
        case "pooler":
            guard value == "none" || value == "transaction" else {
                throw Self.fault("pooler in the database URL is \"\(value)\"; it can be none or transaction")
            }
            behindTransactionPooler = value == "transaction"
        default:
            throw Self.fault(
                "the database URL has the unknown key \"\(name)\"; known are host, port, sslmode, sslrootcert, sslcert, "
                    + "sslkey, application_name, search_path, connect_timeout, statement_timeout, call_timeout, "
                    + "prepared_statements and pooler")
        }
    }

    private static func fault(_ message: String) -> PostgresError {
        PostgresError(code: .configuration, message: message)
    }

    private static func number<Value: FixedWidthInteger>(
        _ text: some StringProtocol, _ name: String
    ) throws(PostgresError) -> Value {
        guard let value = Value(text) else {
            throw fault("\(name) in the database URL is no number from \(Value.min) to \(Value.max)")
        }
        return value
    }

    /// Splits at the first separator: keeps what is before it, gives what is behind it.
    private static func cut(_ text: inout Substring, at separator: Character) -> Substring? {
        guard let index = text.firstIndex(of: separator) else { return nil }
        defer { text = text[..<index] }
        return text[text.index(after: index)...]
    }

    private static func decoded(_ text: Substring, _ part: String) throws(PostgresError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count == 2 else {
                throw fault("the \(part) in the database URL has a % without two hexadecimal digits behind it")
            }
            bytes.append(UInt8(digits[0] * 16 + digits[1]))
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw fault("the \(part) in the database URL is not valid UTF-8")
        }
        return text
    }
}
