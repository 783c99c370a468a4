import Hummingbird
import Logging
import NIOCore
public import SandboxKit
import ServiceLifecycle
import Synchronization

/// A delivery as it arrived.
public struct ReceivedWebhook: Sendable {
    /// The path that was called.
    public let path: String
    /// The header fields, names in lower case.
    public let headers: [String: String]
    /// The exact bytes.
    public let body: [UInt8]

    /// The body as JSON; `null` when it is none.
    public var json: JSON { (try? JSON(parsing: body)) ?? .null }
}

/// An endpoint that keeps what is delivered to it.
public final class WebhookReceiver: Sendable {
    private struct State {
        var received: [ReceivedWebhook] = []
        var statuses: [Int] = []
    }

    private let state = Mutex(State())
    private let ready = AsyncStream<Int>.makeStream()

    /// An endpoint that has received nothing yet.
    public init() {}

    /// What was delivered, in the order of arrival.
    public var received: [ReceivedWebhook] { state.withLock { $0.received } }

    /// The statuses of the next answers; then it is 200 again.
    public func answerNext(_ statuses: [Int]) {
        state.withLock { $0.statuses += statuses }
    }

    /// Serves on a free port while `body` runs; `body` gets the URL.
    public func serve<Result: Sendable>(
        _ body: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let router = Router()
        router.post("**") { request, _ in
            let bytes = try await request.body.collect(upTo: 16 << 20)
            let fields = request.headers.map { ($0.name.rawName.lowercased(), $0.value) }
            let webhook = ReceivedWebhook(
                path: request.uri.path, headers: Dictionary(fields) { $1 }, body: Array(bytes.readableBytesView))
            let status = self.state.withLock { state in
                state.received.append(webhook)
                return state.statuses.isEmpty ? 200 : state.statuses.removeFirst()
            }
            return HTTPResponse.Status(code: status)
        }
        var logger = Logger(label: "receiver")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                self.ready.continuation.yield(channel.localAddress?.port ?? 0)
                self.ready.continuation.finish()
            }, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { self.ready.continuation.finish() }
                try await group.run()
            }
            let result: Swift.Result<Result, any Error>
            do {
                var ports = self.ready.stream.makeAsyncIterator()
                guard let port = await ports.next() else { throw SandboxControlError("the receiver did not start") }
                result = .success(try await body("http://127.0.0.1:\(port)/webhooks"))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }
}
