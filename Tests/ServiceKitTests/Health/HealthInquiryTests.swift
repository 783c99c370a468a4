import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Testing

@testable import ServiceKit

@Suite("Asking a service how it is", .timeLimit(.minutes(1)))
struct HealthInquiryTests {
    private struct Missing: Error, CustomStringConvertible {
        let description = "connection refused"
    }

    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func http(_ values: [String: String] = [:]) async throws -> HTTPConfiguration {
        let reader = try await ConfigurationSource.reader(environment: values)
        return try CheckedConfiguration.read(reader) { HTTPConfiguration(config: $0) }
    }

    private func inquiry(
        _ question: HealthQuestion, of service: String = "router", _ values: [String: String]
    ) async throws -> HealthInquiry {
        try HealthInquiry(service, question, at: try await http(values))
    }

    private func inquiry(of service: String = "router", _ values: [String: String]) async throws -> HealthInquiry {
        try await inquiry(.ready, of: service, values)
    }

    @Test("finds one that is ready, says what one lacks that is not, and knows one service from another")
    func asks() async throws {
        let directory = try TemporaryDirectory()
        let file = ["PLUMBLINE_HTTP_PORT_FILE": directory.path + "/port"]
        let environment = ServiceEnvironment(name: "router", logger: logger)
        let group = environment.group(
            [], checks: [HealthCheck("database") { throw Missing() }, HealthCheck("broker") {}],
            http: try await http(file))
        async let running: Void = group.run()
        let port = ["PLUMBLINE_HTTP_PORT": "\(await environment.port.value())"]
        #expect(try await inquiry(.live, port).ask() == .init(isGood: true, text: "router is live"))
        let ready = try await inquiry(port)
        var finding = await ready.ask()
        // Until both checks have run for the first time.
        while finding.text.contains("not checked yet") { finding = await ready.ask() }
        #expect(!finding.isGood)
        #expect(finding.text.hasPrefix("router is not ready\ndatabase: connection refused, since 20"))
        #expect(!finding.text.contains("broker"))
        let other = try await inquiry(of: "reconciler", port).ask()
        #expect(!other.isGood && other.text.hasSuffix("is router, not reconciler"))
        // The file is written after the port is told; until then there is none.
        while !FileManager.default.fileExists(atPath: directory.path + "/port") { await Task.yield() }
        #expect(try await inquiry(.live, file).ask().isGood, "the port of the file")
        await group.triggerGracefulShutdown()
        try await running
        #expect(try await !inquiry(.live, port).ask().isGood)
    }

    @Test("does not wait for one that is silent")
    func silent() async throws {
        // It takes connections, and nobody ever answers.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(listener, name, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, name, &length) == 0
            }
        }
        try #require(isListening)
        let port = UInt16(bigEndian: address.sin_port)
        let finding = try await inquiry(["PLUMBLINE_HTTP_PORT": "\(port)"]).ask(within: .milliseconds(200))
        #expect(!finding.isGood && finding.text.hasPrefix("router does not answer: "))
    }

    @Test("asks on the loopback where the service listens everywhere")
    func addresses() async throws {
        let hosts = [
            "0.0.0.0": "127.0.0.1", "::": "[::1]", "127.0.0.1": "127.0.0.1", "::1": "[::1]", "10.0.0.7": "10.0.0.7",
        ]
        for (host, asked) in hosts {
            let inquiry = try await inquiry(["PLUMBLINE_HTTP_HOST": host, "PLUMBLINE_HTTP_PORT": "80"])
            #expect(inquiry.url == "http://\(asked):80/health/ready")
        }
        let directory = try TemporaryDirectory()
        for values in [
            [:], ["PLUMBLINE_HTTP_PORT_FILE": directory.path + "/none"],
            ["PLUMBLINE_HTTP_PORT_FILE": try directory.file("odd", "http\n")],
        ] {
            await #expect(throws: StartupError.self) { _ = try await inquiry(values) }
        }
    }

    @Test("takes nothing else for a service of ours")
    func strangers() async throws {
        let inquiry = try await inquiry(["PLUMBLINE_HTTP_PORT": "80"])
        for body in ["", "<html>", "[]", "{}"] {
            let finding = inquiry.judge(status: 200, body: Array(body.utf8))
            #expect(!finding.isGood && finding.text.contains("is no service of Plumbline"), "\(body)")
        }
    }
}
