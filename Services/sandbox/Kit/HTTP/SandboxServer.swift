import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// One vendor's sandbox on its own port.
public final class SandboxServer: Service {
    /// Where and how it serves.
    public struct Configuration: Sendable {
        /// The address to listen on.
        public var host = "127.0.0.1"
        /// The port; 0 takes a free one.
        public var port = 0
        /// The most bytes of a request's body; seeding sends large ones.
        public var maximumBody = 64 << 20

        /// Loopback, a free port.
        public init(host: String = "127.0.0.1", port: Int = 0) {
            self.host = host
            self.port = port
        }
    }

    private enum Readiness {
        case starting([CheckedContinuation<Int, any Error>])
        case ready(port: Int)
        case stopped
    }

    /// The vendor that answers.
    public let vendor: any SandboxVendor
    private let configuration: Configuration
    private let readiness = Mutex(Readiness.starting([]))

    /// A server for a vendor; it serves once `run` is called.
    public init(vendor: any SandboxVendor, configuration: Configuration = Configuration()) {
        self.vendor = vendor
        self.configuration = configuration
    }

    /// Serves and delivers webhooks until it is shut down.
    public func run() async throws {
        let application = Application(
            responder: SandboxResponder(vendor: vendor, maximumBody: configuration.maximumBody),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                backlog: 1024, reuseAddress: true),
            services: [WebhookSending(vendor: vendor)],
            onServerRunning: { channel in self.becameReady(port: channel.localAddress?.port ?? 0) },
            logger: quiet(vendor.stage.logger))
        defer { stopped() }
        try await application.run()
    }

    /// The port, once it serves; throws when it stopped before.
    public func port() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<Int, any Error>? = readiness.withLock { readiness in
                switch readiness {
                case .ready(let port): return .success(port)
                case .stopped: return .failure(SandboxControlError("the sandbox server has stopped"))
                case .starting(let waiters):
                    readiness = .starting(waiters + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    private func becameReady(port: Int) {
        leaveStarting(.ready(port: port), .success(port))
    }

    private func stopped() {
        leaveStarting(.stopped, .failure(SandboxControlError("the sandbox server has stopped")))
    }

    private func leaveStarting(_ next: Readiness, _ result: Result<Int, any Error>) {
        let waiters = readiness.withLock { readiness in
            defer { readiness = next }
            return if case .starting(let waiters) = readiness { waiters } else {
                [] as [CheckedContinuation<Int, any Error>]
            }
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

/// The connection of a request, so that a fault can close it without an answer.
struct SandboxConnection: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Counts the requests that are under way.
final class RequestCounter: Sendable {
    private let count = Mutex(0)

    /// Counts one more; says how many there are with it.
    func enter() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    func leave() {
        count.withLock { $0 -= 1 }
    }
}

/// Turns what arrives into vendor requests, with the planned faults around them.
struct SandboxResponder: HTTPResponder {
    private static let lastRequestID = Mutex<UInt64>(0)

    let vendor: any SandboxVendor
    let maximumBody: Int
    private let control: ControlRoutes
    private let underWay = RequestCounter()

    init(vendor: any SandboxVendor, maximumBody: Int) {
        self.vendor = vendor
        self.maximumBody = maximumBody
        control = ControlRoutes(vendor: vendor)
    }

    func respond(to incoming: Request, context: SandboxConnection) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await incoming.body.collect(upTo: maximumBody)
        } catch {
            return Self.encode(SandboxResponse(status: 413, body: Array("body too large".utf8)), to: incoming)
        }
        var request = SandboxRequest(
            id: Self.lastRequestID.withLock { id in
                id += 1
                return id
            },
            method: incoming.method.rawValue, target: incoming.uri.string, authority: incoming.head.authority,
            headers: incoming.headers,
            body: Array(body.readableBytesView), receivedAt: vendor.stage.clock.now())
        if request.segments.first == "_sandbox" {
            return Self.encode(await control.respond(to: request), to: incoming)
        }
        let started = ContinuousClock.now
        request.concurrency = underWay.enter()
        let (response, faults) = await answer(&request)
        underWay.leave()
        record(request, status: response?.status ?? 0, faults: faults, started: started)
        guard let response else {
            // The client sees its connection end without an answer; what follows is written to nobody.
            context.channel.close(mode: .all, promise: nil)
            return Response(status: .internalServerError)
        }
        return Self.encode(response, to: incoming)
    }

    /// The vendor's answer with the faults around it; nil means that the socket closes instead.
    private func answer(_ request: inout SandboxRequest) async -> (SandboxResponse?, [FaultEffect]) {
        let settings = vendor.stage.settings.values
        await pause(settings.latencyMilliseconds)
        request.indexLag = settings.indexLagMilliseconds
        let faults = vendor.stage.faults.strike(method: request.method, path: request.path, body: request.body)
        var losesAnswer = false
        var delayAfter: Int64 = 0
        for fault in faults {
            switch fault {
            case .rateLimited(let seconds):
                return (vendor.refusal(.rateLimited(retryAfterSeconds: seconds), of: request), faults)
            case .serverError(let status): return (vendor.refusal(.serverError(status: status), of: request), faults)
            case .expiredToken: return (vendor.refusal(.expiredToken, of: request), faults)
            case .errorBody: return (vendor.refusal(.errorBodyWith200, of: request), faults)
            case .html(let status): return (.html(status: status), faults)
            case .closeBefore: return (nil, faults)
            case .loseAnswer: losesAnswer = true
            case .delayBefore(let milliseconds): await pause(milliseconds)
            case .delayAfter(let milliseconds): delayAfter += milliseconds
            case .lateCommit(let milliseconds):
                await pause(milliseconds)
                losesAnswer = true
            case .indexLag(let milliseconds): request.indexLag = max(request.indexLag, milliseconds)
            }
        }
        let response = await vendor.respond(to: request)
        await pause(delayAfter)
        return (losesAnswer ? nil : response, faults)
    }

    /// Waits in wall-clock time, also when sandbox time stands still; ends early only when the server stops.
    private func pause(_ milliseconds: Int64) async {
        guard milliseconds > 0 else { return }
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    private func record(_ request: SandboxRequest, status: Int, faults: [FaultEffect], started: ContinuousClock.Instant)
    {
        let history = vendor.stage.history
        history.append(
            SandboxRequestRecord(
                requestID: request.id, vendor: vendor.stage.vendor, method: request.method, target: request.target,
                operation: request.trace.operation, status: status, actor: request.trace.actor,
                faults: faults.map(\.kind),
                body: String(decoding: request.body.prefix(history.limits.bodyBytes), as: UTF8.self),
                at: request.receivedAt, microseconds: Int((ContinuousClock.now - started) / .microseconds(1))))
    }

    private static func encode(_ answer: SandboxResponse, to request: Request) -> Response {
        var headers = HTTPFields()
        // The server ends such a connection without a word. A client that is not told sends its next request on it, and
        // loses it where our end of the connection has not arrived yet.
        if request.headers[.connection] == "close" { headers[.connection] = "close" }
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers.append(HTTPField(name: name, value: value))
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
