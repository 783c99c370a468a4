import CanonicalModel
import ConnectorKit
import QuickBooksOnline
import SandboxKit
import SandboxQuickBooksOnline
import SandboxSupport
import SyncCore
import Testing
import VendorHTTP

/// A connector that speaks to a sandbox over HTTP.
struct QuickBooksOnlineBench: Sendable {
    /// Speaks with a token; a socket that is closed leaves a write with unknown outcome.
    struct Session: VendorSession {
        let declaration: ConnectionDeclaration
        let client: SandboxClient
        let clock: SandboxClock
        var now: Instant { Instant(milliseconds: clock.now().milliseconds) }

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            do {
                let answer = try await client.send(
                    request.method.rawValue, request.path, bytes: request.body,
                    contentType: request.headers["Content-Type"] ?? "")
                return HTTPResponse(status: answer.status, headers: [:], body: answer.body)
            } catch {
                throw ConnectorFault(
                    isSafe ? .transient : .unknownOutcome, code: "test", message: "no answer", fix: "none")
            }
        }
    }

    struct UnexpectedOutcome: Error {
        var outcome: String
    }

    let connector: QuickBooksOnlineConnector
    let client: SandboxClient
    let session: Session

    static func run(
        overlay: JSONValue = [:], token: String = "qbo-sandbox", world: SandboxWorld = .quiet(),
        _ body: @escaping @Sendable (QuickBooksOnlineBench) async throws -> Void
    ) async throws {
        var settings = SandboxSettings.Values()
        settings.limitsLifted = true
        try await withSandbox(QuickBooksOnlineSandbox.self, world: world, settings: settings) { running in
            var declaration = QuickBooksOnlineFixture.declaration(overlay: overlay)
            declaration.baseURL = running.baseURL
            try await body(
                QuickBooksOnlineBench(
                    connector: QuickBooksOnlineConnector(declaration), client: running.client,
                    session: Session(
                        declaration: declaration, client: running.client.authorized(token), clock: world.clock)))
        }
    }

    func outcomes(_ writes: [OutboundWrite]) async throws -> [WriteOutcome] {
        await connector.send(try writes.map { try connector.prepare($0) }, session: session)
    }

    /// Sends a write that must work.
    @discardableResult
    func send(_ write: OutboundWrite) async throws -> WriteReceipt {
        let outcome = try #require(try await outcomes([write]).first)
        guard case .done(let receipt) = outcome else { throw UnexpectedOutcome(outcome: "\(outcome)") }
        return receipt
    }

    /// Sends a write that must be refused.
    func fault(_ write: OutboundWrite) async throws -> ConnectorFault {
        let outcome = try #require(try await outcomes([write]).first)
        guard case .failed(let fault) = outcome else { throw UnexpectedOutcome(outcome: "\(outcome)") }
        return fault
    }

    func customer(_ name: String, record: CanonicalID = QuickBooksOnlineFixture.record, key: String = "c-1")
        async throws
        -> WriteReceipt
    {
        try await send(
            QuickBooksOnlineFixture.write(.customer, record: record, changes: ["name": .set(.text(name))], key: key))
    }

    func shown(_ native: NativeReference, _ entity: EntityKind) async throws -> Observation {
        guard case .found(let object)? = try await connector.read([native], session: session).first else {
            throw UnexpectedOutcome(outcome: "\(native) is not found")
        }
        return try #require(try connector.observe(object).first { $0.entity == entity })
    }

    /// The company as the sandbox holds it.
    func record(_ native: NativeReference) async throws -> JSON {
        try await client.control("GET", "records?type=\(native.type)&id=\(native.id)")
    }

    func count(_ type: String) async throws -> Int {
        try await client.control("GET", "counts")[type]?.intValue ?? -1
    }

    /// What the bookkeeper does.
    @discardableResult
    func act(_ action: JSON) async throws -> String {
        let answer = try await client.control("POST", "act", ["actions": [action]])
        return answer["ids"]?.arrayValue?.first?.stringValue ?? ""
    }

    func poll(_ name: String, after cursor: String?) async throws -> PollPage {
        let stream = try #require(connector.descriptor.pollStreams.first { $0.name == name })
        return try await connector.poll(stream, after: cursor, session: session)
    }
}
