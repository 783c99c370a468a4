import Configuration
import Foundation
import Postgres
import Testing

@testable import ServiceKit

@Suite("A checked configuration")
struct CheckedConfigurationTests {
    private enum Mode: String, CaseIterable {
        case off, rehearsal
    }

    private func reader(_ environment: [String: String]) async throws -> ConfigReader {
        try await ConfigurationSource.reader(environment: environment)
    }

    private func faults<Value>(
        _ environment: [String: String], _ build: (CheckedConfiguration) -> Value
    ) async throws -> [ConfigurationFault] {
        let reader = try await reader(environment)
        do {
            _ = try CheckedConfiguration.read(reader, build)
            return []
        } catch {
            return error.faults
        }
    }

    @Test("takes values from the environment, and defaults where nothing is set")
    func values() async throws {
        let reader = try await reader([
            "PLUMBLINE_HTTP_PORT": "8080", "PLUMBLINE_BATCH_WAIT_SECONDS": "0.25", "PLUMBLINE_ROLL_OUT": "rehearsal",
        ])
        let read = try CheckedConfiguration.read(reader) { config in
            (
                config.integer("http.port", in: 0...65535), config.integer("batch.size", default: 200, in: 1...1000),
                config.seconds("batch.wait.seconds", in: .zero ... .seconds(5)),
                config.choice("roll.out", default: Mode.off), config.flag("verbose", default: true)
            )
        }
        #expect(read.0 == 8080)
        #expect(read.1 == 200)
        #expect(read.2 == .milliseconds(250))
        #expect(read.3 == .rehearsal)
        #expect(read.4)
    }

    @Test("lists every fault at once, each with its key, what is wrong and what is allowed")
    func allFaults() async throws {
        let found = try await faults([
            "PLUMBLINE_HTTP_PORT": "70000", "PLUMBLINE_LOG_LEVEL": "loud", "PLUMBLINE_SHUTDOWN_GRACE_SECONDS": "soon",
            "PLUMBLINE_VERBOSE": "maybe", "PLUMBLINE_QUEUE_PREFIX": "a b",
        ]) { config in
            _ = ProcessConfiguration(config: config)
            _ = HTTPConfiguration(config: config)
            _ = DatabaseConfiguration(config: config)
            _ = BrokerConfiguration(config: config)
            _ = config.flag("verbose", default: false)
        }
        #expect(
            found.map(\.key) == [
                "log.level", "shutdown.grace.seconds", "http.port", "database.url", "amqp.url", "queue.prefix",
                "verbose",
            ])
        let text = ConfigurationError(faults: found).description
        #expect(text.hasPrefix("the configuration has 7 faults:\n"))
        #expect(
            text.contains(
                "http.port (PLUMBLINE_HTTP_PORT): is \"70000\"; allowed: a whole number from 0 to 65535"))
        #expect(text.contains("database.url (PLUMBLINE_DATABASE_URL): is not set; allowed: postgresql://"))
    }

    @Test("counts an empty value as not set")
    func empty() async throws {
        let found = try await faults(["PLUMBLINE_BATCH_SIZE": ""]) { $0.integer("batch.size", in: 1...9) }
        #expect(found.map(\.problem) == ["is not set"])
    }

    @Test(
        "refuses numbers and spans outside of their range or form",
        arguments: ["0", "11", "1e1", " 5", "5.0", "five", "99999999999999999999"])
    func badInteger(text: String) async throws {
        let found = try await faults(["PLUMBLINE_BATCH_SIZE": text]) { $0.integer("batch.size", in: 1...10) }
        #expect(found.count == 1)
    }

    @Test("refuses spans that are no number of seconds", arguments: ["nan", "inf", "-1", "1e300", "10.001", "5s"])
    func badSeconds(text: String) async throws {
        let found = try await faults(["PLUMBLINE_WAIT_SECONDS": text]) {
            $0.seconds("wait.seconds", in: .zero ... .seconds(10))
        }
        #expect(found.map(\.allowed) == ["seconds, from 0 to 10"])
    }

    @Test("prefers the environment to the YAML file")
    func yaml() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("plumbline.yaml", "http:\n  port: 8080\n  host: 0.0.0.0\nverbose: true\n")
        let reader = try await reader(["PLUMBLINE_CONFIG": file, "PLUMBLINE_HTTP_PORT": "9090"])
        let read = try CheckedConfiguration.read(reader) { config in
            (HTTPConfiguration(config: config), config.flag("verbose", default: false))
        }
        #expect(read.0.port == 9090)
        #expect(read.0.host == "0.0.0.0")
        #expect(read.1)
    }

    @Test("names a key that holds a list where one value belongs")
    func list() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("plumbline.yaml", "http:\n  port: [1, 2]\ndatabase:\n  url: [a]\n")
        let found = try await faults(["PLUMBLINE_CONFIG": file]) { config in
            _ = config.integer("http.port", in: 0...9)
            _ = DatabaseConfiguration(config: config)
        }
        #expect(found.map(\.key) == ["http.port", "database.url"])
        #expect(found.allSatisfy { $0.problem == "is a list" })
    }

    @Test("names the file when it is missing, no YAML, no mapping, or too long")
    func badFile() async throws {
        let directory = try TemporaryDirectory()
        let files = [
            directory.path + "/missing.yaml", try directory.file("list.yaml", "- a\n"),
            try directory.file("broken.yaml", "a: [\n"), directory.path,
            try directory.file("long.yaml", String(repeating: "#", count: (1 << 20) + 1)),
        ]
        for file in files {
            await #expect(throws: ConfigurationError.self, "\(file)") {
                _ = try await ConfigurationSource.reader(environment: ["PLUMBLINE_CONFIG": file])
            }
        }
    }

    @Test("reads a secret from a file, without its final line end")
    func secretFile() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("url", "postgresql://app:s3cret@localhost:5432/plumbline\n")
        let reader = try await reader(["PLUMBLINE_DATABASE_URL_FILE": file])
        let database = try CheckedConfiguration.read(reader) { DatabaseConfiguration(config: $0) }
        #expect(database.postgres.password == "s3cret")
    }

    @Test("refuses a secret given twice, an unreadable secret file, and a secret of the wrong form")
    func badSecrets() async throws {
        let twice = try await faults([
            "PLUMBLINE_AMQP_URL": "amqp://a", "PLUMBLINE_AMQP_URL_FILE": "/dev/null",
        ]) { BrokerConfiguration(config: $0) }
        #expect(twice.map(\.problem) == ["is set twice, as a value and as a file"])
        let unreadable = try await faults(["PLUMBLINE_AMQP_URL_FILE": "/no/such/file"]) {
            BrokerConfiguration(config: $0)
        }
        #expect(unreadable.map(\.key) == ["amqp.url.file"])
        let wrong = try await faults(["PLUMBLINE_AMQP_URL": "http://user:hunter2@x"]) {
            BrokerConfiguration(config: $0)
        }
        #expect(wrong.count == 1)
        #expect(!"\(wrong)".contains("hunter2"))
    }

    @Test("summarises what was read without any secret")
    func summary() async throws {
        let reader = try await reader([
            "PLUMBLINE_DATABASE_URL": "postgresql://app:hunter2@db:5432/plumbline",
            "PLUMBLINE_AMQP_URL": "amqp://app:hunter2@mq/", "PLUMBLINE_API_TOKEN": "hunter2",
        ])
        let (_, summary) = try CheckedConfiguration.readWithSummary(reader) { config in
            _ = DatabaseConfiguration(config: config)
            _ = BrokerConfiguration(config: config)
            _ = config.optionalSecret("api.token", allowed: "a token")
            _ = config.optionalText("audit.anchor.file")
        }
        #expect(
            summary.description
                == "database.url=postgres://app:…@db:5432/plumbline?sslmode=prefer database.pool.size=4(default) "
                + "amqp.url=amqp://app:***@mq:5672 queue.prefix=(default) api.token=*** audit.anchor.file=(not set)")
    }

    @Test("takes a fault found by the caller")
    func ownFault() async throws {
        let found = try await faults([:]) { $0.fault("a", "excludes b", allowed: "one of the two") }
        #expect(found == [ConfigurationFault(key: "a", problem: "excludes b", allowed: "one of the two")])
    }

    @Test("reads key material from a file, and refuses what is no key")
    func keyMaterial() async throws {
        let directory = try TemporaryDirectory()
        let good = try directory.file("key", Data((0..<32).map { UInt8($0) }))
        let bad = try directory.file("bad", "short")
        let reader = try await reader(["PLUMBLINE_MASTER_KEY_FILE": good])
        let source = try CheckedConfiguration.read(reader) { $0.keySource("master.key") }
        let material = try await source?.read()
        #expect(material?.bytes == (0..<32).map { UInt8($0) })
        for path in [bad, "/no/such/file"] {
            let found = try await faults(["PLUMBLINE_MASTER_KEY_FILE": path]) { $0.keySource("master.key") }
            #expect(found.map(\.key) == ["master.key.file"])
        }
        let full = try await self.reader([
            "PLUMBLINE_MASTER_KEY_FILE": good, "PLUMBLINE_AUDIT_SIGNING_KEY_FILE": good,
            "PLUMBLINE_AUDIT_ANCHOR_FILE": "/var/lib/anchors", "PLUMBLINE_CONNECTIONS_DIRECTORY": directory.path,
        ])
        let all = try CheckedConfiguration.read(full) { config in
            (
                SealingConfiguration(config: config), AuditConfiguration(config: config),
                ConnectionsConfiguration(config: config)
            )
        }
        #expect(all.0.current == source)
        #expect(all.0.previous == nil)
        #expect(all.1.anchorFile == "/var/lib/anchors")
        #expect(all.2.directory == directory.path)
        let missing = try await faults(["PLUMBLINE_CONNECTIONS_DIRECTORY": good]) { config in
            _ = SealingConfiguration(config: config)
            _ = AuditConfiguration(config: config)
            _ = ConnectionsConfiguration(config: config)
        }
        #expect(
            missing.map(\.key) == [
                "master.key", "audit.signing.key", "audit.anchor.file", "connections.directory",
            ])
        #expect(try await faults([:]) { $0.keySource("master.key") }.map(\.problem) == ["is not set"])
        #expect(try await faults([:]) { $0.keySource("master.key", required: false) }.isEmpty)
    }

    @Test(
        "takes a key as a value, a file or a command, and never from two of them",
        arguments: [
            ["PLUMBLINE_MASTER_KEY", "PLUMBLINE_MASTER_KEY_FILE"],
            ["PLUMBLINE_MASTER_KEY", "PLUMBLINE_MASTER_KEY_COMMAND"],
            ["PLUMBLINE_MASTER_KEY_FILE", "PLUMBLINE_MASTER_KEY_COMMAND"],
            ["PLUMBLINE_MASTER_KEY", "PLUMBLINE_MASTER_KEY_FILE", "PLUMBLINE_MASTER_KEY_COMMAND"],
        ])
    func oneWay(names: [String]) async throws {
        let digits = String(repeating: "7f", count: 32)
        let directory = try TemporaryDirectory()
        let values = [
            "PLUMBLINE_MASTER_KEY": digits, "PLUMBLINE_MASTER_KEY_FILE": try directory.file("key", digits + "\n"),
            "PLUMBLINE_MASTER_KEY_COMMAND": "/usr/bin/env printf \(digits)",
        ]
        let given = values.filter { names.contains($0.key) }
        let found = try await faults(given) { $0.keySource("master.key") }
        #expect(found.map(\.key) == ["master.key"])
        #expect(found.allSatisfy { $0.problem.hasPrefix("is set more than once") })
        #expect(!"\(found)".contains(digits))
        for name in names {
            let reader = try await reader([name: values[name] ?? ""])
            let (source, summary) = try CheckedConfiguration.readWithSummary(reader) { $0.keySource("master.key") }
            #expect(try await source?.read().bytes == [UInt8](repeating: 0x7F, count: 32))
            #expect(!summary.description.contains(digits))
        }
    }

    @Test("refuses a value that is no key without repeating it, a command without an absolute path, and odd variables")
    func badKeys() async throws {
        for (name, value, key) in [
            ("PLUMBLINE_MASTER_KEY", "hunter2", "master.key"),
            ("PLUMBLINE_MASTER_KEY_COMMAND", "vault read key", "master.key.command"),
            ("PLUMBLINE_MASTER_KEY_COMMAND", "/bin/cat 'half", "master.key.command"),
        ] {
            let found = try await faults([name: value]) { $0.keySource("master.key") }
            #expect(found.map(\.key) == [key])
            #expect(!"\(found)".contains("hunter2"))
        }
        let found = try await faults([
            "PLUMBLINE_MASTER_KEY_COMMAND": "/bin/cat /key", "PLUMBLINE_MASTER_KEY_COMMAND_ENVIRONMENT": "A-B",
        ]) { $0.keySource("master.key") }
        #expect(found.map(\.key) == ["master.key.command.environment"])
    }

    @Test("names every key that it reads, once, with what it means, what it accepts and what holds without it")
    func declared() {
        let keys = CheckedConfiguration.keys { config in
            (
                ProcessConfiguration(config: config), HTTPConfiguration(config: config),
                DatabaseConfiguration(config: config), BrokerConfiguration(config: config),
                ConnectionsConfiguration(config: config), SealingConfiguration(config: config),
                AuditConfiguration(config: config), HTTPConfiguration(config: config)
            )
        }
        #expect(Set(keys.map(\.key)).count == keys.count)
        #expect(keys.filter { $0.meaning.isEmpty || $0.allowed.isEmpty }.isEmpty)
        let byKey = Dictionary(uniqueKeysWithValues: keys.map { ($0.key, $0) })
        #expect(byKey["http.port"]?.fallback == .value("0"))
        #expect(byKey["http.port"]?.variable == "PLUMBLINE_HTTP_PORT")
        #expect(byKey["shutdown.grace.seconds"]?.fallback == .value("25"))
        #expect(byKey["database.url"]?.fallback == .required)
        for key in ["database.url.file", "master.key.previous", "master.key.command", "audit.signing.key.file"] {
            #expect(byKey[key]?.fallback == .absent, "\(key)")
        }
    }
}
