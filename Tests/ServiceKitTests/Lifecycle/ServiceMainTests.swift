import Configuration
import Foundation
import Glibc
import ServiceLifecycle
import Testing

@testable import ServiceKit

@Suite("The main of a service")
struct ServiceMainTests {
    struct SampleConfiguration: ServiceConfiguration {
        let http: HTTPConfiguration
        let database: DatabaseConfiguration

        init(config: CheckedConfiguration) {
            http = HTTPConfiguration(config: config)
            database = DatabaseConfiguration(config: config)
        }
    }

    /// Sends a signal to its own process as soon as it runs.
    struct Suicide: Service {
        func run() async throws {
            kill(getpid(), SIGTERM)
            try await gracefulShutdown()
        }
    }

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    @Test("exits with 78 and lists every fault of a bad configuration")
    func badConfiguration() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(78), observing: [\.standardErrorContent]
        ) {
            setenv("PLUMBLINE_HTTP_PORT", "none", 1)
            setenv("PLUMBLINE_LOG_LEVEL", "loud", 1)
            unsetenv("PLUMBLINE_DATABASE_URL")
            await ServiceMain.run("sample", about: "a sample", arguments: []) {
                (_: SampleConfiguration, environment: ServiceEnvironment) in
                fatalError("composed in spite of a bad configuration for \(environment.name)")
            }
        }
        let text = Self.text(result.standardErrorContent)
        #expect(text.contains("sample: the configuration has 3 faults:"))
        for key in ["http.port", "log.level", "database.url"] { #expect(text.contains("  \(key) (PLUMBLINE_")) }
    }

    @Test("exits with 1 and one line when it cannot start")
    func cannotStart() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) {
            setenv("PLUMBLINE_DATABASE_URL", "postgresql://app:hunter2@localhost/x", 1)
            await ServiceMain.run("sample", about: "a sample", arguments: []) {
                (_: SampleConfiguration, _: ServiceEnvironment) in
                throw StartupError("the database misses migrations; run plumbline migrate")
            }
        }
        let text = Self.text(result.standardErrorContent)
        #expect(text.hasSuffix("sample: the database misses migrations; run plumbline migrate\n"))
        #expect(text.contains("\"message\":\"Starting\""))
        #expect(!text.contains("hunter2"))
    }

    @Test("exits with 0 after SIGTERM")
    func graceful() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            setenv("PLUMBLINE_DATABASE_URL", "postgresql://app:hunter2@localhost/x", 1)
            await ServiceMain.run("sample", about: "a sample", arguments: []) {
                (configuration: SampleConfiguration, environment: ServiceEnvironment) in
                environment.group([Suicide()], checks: [], http: configuration.http)
            }
        }
        for line in Self.text(result.standardErrorContent).split(separator: "\n") where line.hasPrefix("{") {
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
        }
    }

    @Test("answers --help with every key that its configuration reads, and needs none of them for it")
    func help() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            unsetenv("PLUMBLINE_DATABASE_URL")
            await ServiceMain.run("sample", about: "a sample", arguments: ["--help"]) {
                (_: SampleConfiguration, _: ServiceEnvironment) in
                fatalError("composed though only asked for help")
            }
        }
        let text = Self.text(result.standardOutputContent)
        #expect(text.contains("sample: a sample\n"))
        for variable in ["CONFIG", "LOG_LEVEL", "HTTP_PORT", "DATABASE_URL", "DATABASE_URL_FILE"] {
            #expect(text.contains("  PLUMBLINE_\(variable)  ("))
        }
        #expect(text.contains("a whole number from 0 to 65535; default 0\n"))
    }

    @Test("answers --version, and to what it does not know with 64 and how it is used")
    func otherAnswers() async throws {
        let version = try await #require(processExitsWith: .success, observing: [\.standardOutputContent]) {
            await ServiceMain.run("sample", about: "a sample", arguments: ["--version"]) {
                (_: SampleConfiguration, _: ServiceEnvironment) in
                fatalError("composed though only asked for the version")
            }
        }
        #expect(Self.text(version.standardOutputContent).contains("sample \(ProductVersion.current)\n"))
        let wrong = try await #require(processExitsWith: .exitCode(64), observing: [\.standardErrorContent]) {
            await ServiceMain.run("sample", about: "a sample", arguments: ["--port", "80"]) {
                (_: SampleConfiguration, _: ServiceEnvironment) in
                fatalError("composed in spite of a wrong use")
            }
        }
        #expect(Self.text(wrong.standardErrorContent).contains("sample: unknown argument '--port'\nusage: sample "))
    }

    @Test("answers health with 1 where nobody answers at its port, or the port is not known")
    func absentHealth() async throws {
        let away = try await #require(processExitsWith: .exitCode(1), observing: [\.standardOutputContent]) {
            setenv("PLUMBLINE_HTTP_PORT", "1", 1)
            await ServiceMain.run("sample", about: "a sample", arguments: ["health"]) {
                (_: SampleConfiguration, _: ServiceEnvironment) in
                fatalError("composed though only asked how it is")
            }
        }
        #expect(Self.text(away.standardOutputContent).contains("sample does not answer: "))
        let unknown = try await #require(processExitsWith: .exitCode(1), observing: [\.standardOutputContent]) {
            unsetenv("PLUMBLINE_HTTP_PORT")
            unsetenv("PLUMBLINE_HTTP_PORT_FILE")
            await ServiceMain.run("sample", about: "a sample", arguments: ["health", "live"]) {
                (_: SampleConfiguration, _: ServiceEnvironment) in
                fatalError("composed though only asked how it is")
            }
        }
        #expect(Self.text(unknown.standardOutputContent).contains("sample: the port is not known"))
    }
}
