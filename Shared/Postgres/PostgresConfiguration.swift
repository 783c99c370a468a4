/// Where a database is and how to speak to it.
public struct PostgresConfiguration: Sendable {
    /// How much the connection insists on TLS, in libpq's words.
    public enum TLSMode: String, Sendable, CaseIterable {
        /// Never.
        case disable
        /// Only if the server insists.
        case allow
        /// If the server offers it; the certificate is not verified.
        case prefer
        /// Always; the certificate is not verified.
        case require
        /// Always; the certificate must be signed by a trusted authority.
        case verifyCA = "verify-ca"
        /// Always; the certificate must be trusted and name this host.
        case verifyFull = "verify-full"
    }

    /// How the server plans the statements of a session.
    ///
    /// A prepared statement is planned once and for all, often while its tables are still empty, and a plan for empty
    /// tables scans and hashes them whole; it stays until somebody analyses the table. Nothing here is compiled to machine
    /// code either: for a statement whose size the server overrates, that takes many times as long as the statement.
    public enum Planning: Sendable {
        /// As the server is set up.
        case server
        /// Once per statement, and always by way of indexes: for statements of a known shape that look up a batch of keys.
        case byIndex
        /// Anew at each execution, by the tables' sizes at that moment, and on one processor each: for rare statements over
        /// much, which shall not take all processors from those that work for people.
        case eachTime

        var settings: [(name: String, value: String)] {
            switch self {
            case .server: []
            case .byIndex:
                [
                    ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("enable_bitmapscan", "off"),
                    ("enable_hashjoin", "off"), ("enable_mergejoin", "off"), ("enable_material", "off"), ("jit", "off"),
                ]
            case .eachTime:
                [
                    ("plan_cache_mode", "force_custom_plan"), ("jit", "off"),
                    ("max_parallel_workers_per_gather", "0"),
                ]
            }
        }
    }

    /// A host name, an address, or the folder of a unix socket (it starts with `/`).
    public var host: String
    /// The port; it is part of a unix socket's name, too.
    public var port: UInt16 = 5432
    /// The role.
    public var user: String
    /// The password, if the server asks for one; never printed.
    public var password: String?
    /// The database.
    public var database: String
    /// Whether to use TLS.
    public var tls: TLSMode = .prefer
    /// A file of trusted authorities in PEM format, for the verifying modes.
    public var rootCertificateFile: String?
    /// A file with this client's certificate in PEM format.
    public var certificateFile: String?
    /// A file with the private key of that certificate.
    public var keyFile: String?
    /// What `pg_stat_activity` shows.
    public var applicationName: String = "plumbline"
    /// Schemas to search, in order; nil for the server's setting.
    public var searchPath: String?
    /// How long the server may work on one statement; nil for the server's setting.
    public var statementTimeout: Duration? = .seconds(30)
    /// How long one attempt to connect may take.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a call may take when it does not say so itself.
    public var callTimeout: Duration = .seconds(35)
    /// How long the server may take to give up on a statement that was cancelled; then the connection is dropped.
    public var cancelGrace: Duration = .seconds(5)
    /// How many prepared statements a connection keeps; 0 for none.
    public var preparedStatements: Int = 256
    /// How the server plans the statements.
    public var planning = Planning.server
    /// Whether a pooler in between hands each transaction to another server process.
    ///
    /// Then no statement is prepared by name, and what is otherwise set once for the session goes with each transaction.
    public var behindTransactionPooler = false

    /// Names a database; the rest has defaults.
    public init(host: String, user: String, database: String) {
        self.host = host
        self.user = user
        self.database = database
    }

    /// How many statements are prepared by name at once.
    var statementCacheCapacity: Int {
        behindTransactionPooler ? 0 : max(preparedStatements, 0)
    }

    /// The pairs for `PQconnectStartParams`, with each default of libpq that the environment could set.
    var connectionParameters: [(name: String, value: String)] {
        var parameters = [
            ("host", host), ("port", String(port)), ("user", user), ("dbname", database), ("sslmode", tls.rawValue),
            ("application_name", applicationName), ("client_encoding", "UTF8"), ("gssencmode", "disable"),
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "60000"), ("target_session_attrs", "any"), ("options", sessionOptions),
        ]
        if let password { parameters.append(("password", password)) }
        if let rootCertificateFile { parameters.append(("sslrootcert", rootCertificateFile)) }
        if let certificateFile { parameters.append(("sslcert", certificateFile)) }
        if let keyFile { parameters.append(("sslkey", keyFile)) }
        return parameters
    }

    private var sessionOptions: String {
        guard !behindTransactionPooler else { return "" }
        return sessionSettings.map { "-c \($0.name)=\(Self.escaped($0.value))" }.joined(separator: " ")
    }

    /// Sets for one transaction what a session of its own would have from its start; nil where there is one.
    var transactionSettings: SQL? {
        guard behindTransactionPooler else { return nil }
        return """
            select set_config(name, value, true)
            from unnest(\(sessionSettings.map(\.name)), \(sessionSettings.map(\.value))) as setting(name, value)
            """
    }

    private var sessionSettings: [(name: String, value: String)] {
        var settings = [(name: "TimeZone", value: "UTC")]
        if let statementTimeout { settings.append(("statement_timeout", "\(statementTimeout.wholeMilliseconds)")) }
        if let searchPath { settings.append(("search_path", searchPath)) }
        return settings + planning.settings
    }

    // The server splits the options at spaces; a backslash keeps one.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            if character.isWhitespace || character == "\\" { text += "\\" }
            text.append(character)
        }
        return text
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// The URL without the password.
    public var description: String {
        let secret = password == nil ? "" : ":…"
        return host.hasPrefix("/")
            ? "postgres://\(user)\(secret)@:\(port)/\(database)?host=\(host)&sslmode=\(tls.rawValue)"
            : "postgres://\(user)\(secret)@\(host):\(port)/\(database)?sslmode=\(tls.rawValue)"
    }

    /// The same as `description`, so that a dump does not print the password either.
    public var debugDescription: String {
        description
    }
}

extension PostgresConfiguration: CustomReflectable {
    /// Nothing: reflection would print the password.
    public var customMirror: Mirror {
        Mirror(self, children: [:])
    }
}

extension Duration {
    /// The duration in milliseconds, rounded up, not below zero.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < Int64.max / 1000 - 1 else { return .max }
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
