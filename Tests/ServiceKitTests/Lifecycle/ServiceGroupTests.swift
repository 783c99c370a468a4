import AsyncHTTPClient
import Configuration
import Foundation
import Hummingbird
import Logging
import Metrics
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import Testing

@testable import ServiceKit

@Suite("A composed service")
struct ServiceGroupTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func http(_ values: [String: String] = [:]) async throws -> HTTPConfiguration {
        let reader = try await ConfigurationSource.reader(environment: values)
        return try CheckedConfiguration.read(reader) { HTTPConfiguration(config: $0) }
    }

    private func get(_ port: Int, _ path: String) async throws -> (Int, String) {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 1 << 20)
        // The text of a status begins with its code; the code itself belongs to a module of NIO that nothing else here needs.
        return (Int("\(response.status)".prefix(3)) ?? 0, String(buffer: body))
    }

    @Test("serves health, metrics and its own routes on a free port, and writes the port to its file")
    func serves() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/port"
        let environment = ServiceEnvironment(name: "router", logger: logger)
        let router = Router()
        router.get("/hello") { _, _ in "hello" }
        Counter(label: "router.events", factory: environment.metrics).increment()
        let group = environment.group(
            [], checks: [HealthCheck("database") {}], http: try await http(["PLUMBLINE_HTTP_PORT_FILE": file]),
            router: router)
        async let running: Void = group.run()
        let port = await environment.port.value()
        #expect(try await get(port, "/hello").1 == "hello")
        #expect(try await get(port, "/health/live").0 == 200)
        var ready = try await get(port, "/health/ready")
        while ready.0 != 200 { ready = try await get(port, "/health/ready") }
        #expect(ready.1.contains("\"database\":{\"status\":\"passing\""))
        #expect(try await get(port, "/metrics").1.contains("router_events_total 1\n"))
        await group.triggerGracefulShutdown()
        try await running
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "\(port)\n")
    }

    @Test("finishes its batch on a shutdown while it says that it is stopping")
    func drains() async throws {
        struct Batch: Service {
            let asked: AsyncStream<Void>.Continuation
            let mayEnd: AsyncStream<Void>
            let isDone: @Sendable () -> Void

            func run() async throws {
                await withGracefulShutdownHandler {
                    for await _ in mayEnd { break }
                    isDone()
                } onGracefulShutdown: {
                    asked.yield()
                }
            }
        }
        let asked = AsyncStream.makeStream(of: Void.self)
        let mayEnd = AsyncStream.makeStream(of: Void.self)
        let done = Mutex(false)
        let batch = Batch(asked: asked.continuation, mayEnd: mayEnd.stream) { done.withLock { $0 = true } }
        let environment = ServiceEnvironment(name: "router", logger: logger)
        let group = environment.group([batch], checks: [], http: try await http())
        async let running: Void = group.run()
        let port = await environment.port.value()
        await group.triggerGracefulShutdown()
        var iterator = asked.stream.makeAsyncIterator()
        _ = await iterator.next()
        let ready = try await get(port, "/health/ready")
        #expect(ready.0 == 503)
        #expect(ready.1.contains("\"status\":\"stopping\""))
        mayEnd.continuation.yield()
        try await running
        #expect(done.withLock { $0 })
    }

    @Test("tells who asks for the connection to be closed that it is, whatever the answer, and nobody else")
    func closes() async throws {
        struct Broken: Error {}
        let environment = ServiceEnvironment(name: "router", logger: logger)
        let router = Router()
        router.get("/broken") { _, _ -> Response in throw Broken() }
        let group = environment.group([], checks: [], http: try await http(), router: router)
        async let running: Void = group.run()
        let port = await environment.port.value()
        for (path, status) in [("/health/live", 200), ("/nothing", 404), ("/broken", 500)] {
            for asked in ["close", nil] as [String?] {
                var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
                if let asked { request.headers.add(name: "connection", value: asked) }
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
                #expect("\(response.status)".hasPrefix("\(status)"))
                #expect(response.headers.first(name: "connection") == asked, "\(path)")
                _ = try await response.body.collect(upTo: 1 << 20)
            }
        }
        await group.triggerGracefulShutdown()
        try await running
    }

    @Test("cannot start on a port that is taken, and says so in one line")
    func portTaken() async throws {
        let first = ServiceEnvironment(name: "router", logger: logger)
        let group = first.group([], checks: [], http: try await http())
        async let running: Void = group.run()
        let port = await first.port.value()
        let second = ServiceEnvironment(name: "reconciler", logger: logger)
        let other = second.group([], checks: [], http: try await http(["PLUMBLINE_HTTP_PORT": "\(port)"]))
        let error = await #expect(throws: StartupError.self) { try await other.run() }
        #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(port): ") == true)
        await group.triggerGracefulShutdown()
        try await running
    }
}
