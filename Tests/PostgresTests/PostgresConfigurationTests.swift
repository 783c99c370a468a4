import Testing

@testable import Postgres

@Suite("Configuration from a URL")
struct PostgresConfigurationTests {
    @Test("All parts of the URL are read")
    func readsAllParts() throws {
        let configuration = try PostgresConfiguration(
            url: "postgres://mara:p%40ss%2F%3F@db.example:6432/plumbline?sslmode=verify-full&sslrootcert=/ca.pem"
                + "&application_name=router&search_path=a,b&connect_timeout=3&statement_timeout=1500&call_timeout=2000"
                + "&prepared_statements=7")
        #expect(configuration.host == "db.example")
        #expect(configuration.port == 6432)
        #expect(configuration.user == "mara")
        #expect(configuration.password == "p@ss/?")
        #expect(configuration.database == "plumbline")
        #expect(configuration.tls == .verifyFull)
        #expect(configuration.rootCertificateFile == "/ca.pem")
        #expect(configuration.applicationName == "router")
        #expect(configuration.searchPath == "a,b")
        #expect(configuration.connectTimeout == .seconds(3))
        #expect(configuration.statementTimeout == .milliseconds(1500))
        #expect(configuration.callTimeout == .seconds(2))
        #expect(configuration.statementCacheCapacity == 7)
    }

    @Test("A unix socket is named by its folder, and an IPv6 address keeps its colons")
    func readsOtherHosts() throws {
        let socket = try PostgresConfiguration(url: "postgresql://mara@/plumbline?host=/run/postgresql&port=5433")
        #expect(socket.host == "/run/postgresql")
        #expect(socket.port == 5433)
        #expect(socket.password == nil)
        let address = try PostgresConfiguration(url: "postgres://mara@[::1]:5433/plumbline")
        #expect(address.host == "::1")
        #expect(address.port == 5433)
        #expect(try PostgresConfiguration(url: "postgres://mara@localhost").database == "mara")
    }

    @Test("The password is in no text, dump or error of a configuration")
    func hidesPassword() throws {
        let configuration = try PostgresConfiguration(url: "postgres://mara:secretword@db.example/plumbline")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [
            "\(configuration)", String(reflecting: configuration), "\(Optional(configuration) as Any)", dumped,
        ] {
            #expect(!text.contains("secretword"))
        }
        for url in ["postgres://mara:secretword@/x", "postgres://mara:secretword@h/x?sslmode=no", "mara:secretword@h"] {
            let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
            #expect(error?.code == .configuration)
            #expect("\(error as Any)".contains("secretword") == false)
        }
    }

    @Test(
        "A wrong URL is refused with the part that is wrong",
        arguments: [
            ("mysql://a@b/c", "postgres://"),
            ("postgres://a@b:port/c", "port"),
            ("postgres://a@b:99999/c", "port"),
            ("postgres://b/c", "user"),
            ("postgres://a@/c", "host"),
            ("postgres://a@b/c?sslmode=yes", "verify-full"),
            ("postgres://a@b/c?pool=3", "unknown key \"pool\""),
            ("postgres://a%zz@b/c", "hexadecimal"),
            ("postgres://a%4@b/c", "hexadecimal"),
            ("postgres://a%+4@b/c", "hexadecimal"),
            ("postgres://a@b/c?pooler=session", "pooler"),
            ("postgres://a@[::1/c", "bracket"),
            ("postgres://a@b/%00", "UTF-8"),
        ])
    func refuses(url: String, part: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(part) == true, "\(error as Any)")
    }

    @Test("Behind a transaction pooler nothing is prepared by name and no option is sent")
    func suitsTransactionPooler() throws {
        let configuration = try PostgresConfiguration(url: "postgres://a@b/c?pooler=transaction&search_path=x")
        #expect(configuration.statementCacheCapacity == 0)
        #expect(configuration.connectionParameters.contains { $0.name == "options" && $0.value.isEmpty })
        #expect(configuration.transactionSettings?.parameters.count == 2)
        #expect(try PostgresConfiguration(url: "postgres://a@b/c").transactionSettings == nil)
    }

    @Test("Settings of the session keep their spaces")
    func escapesOptions() {
        var configuration = PostgresConfiguration(host: "h", user: "u", database: "d")
        configuration.searchPath = "a, b"
        configuration.statementTimeout = .microseconds(1500)
        let options = configuration.connectionParameters.first { $0.name == "options" }?.value
        #expect(options == "-c TimeZone=UTC -c statement_timeout=2 -c search_path=a,\\ b")
    }

    @Test("A session that looks up keys is told to plan once, by way of indexes; one that looks over much, each time")
    func planning() {
        func options(_ planning: PostgresConfiguration.Planning) -> String {
            var configuration = PostgresConfiguration(host: "h", user: "u", database: "d")
            configuration.planning = planning
            return configuration.connectionParameters.first { $0.name == "options" }?.value ?? ""
        }
        #expect(!options(.server).contains("plan"))
        #expect(options(.byIndex).contains("-c plan_cache_mode=force_generic_plan"))
        #expect(options(.byIndex).contains("-c enable_seqscan=off"))
        #expect(options(.eachTime).contains("-c plan_cache_mode=force_custom_plan"))
        #expect(options(.eachTime).contains("-c max_parallel_workers_per_gather=0"))
    }
}
