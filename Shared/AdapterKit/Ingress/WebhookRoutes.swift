import CanonicalModel
import ConnectorKit
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore
import SyncCore

/// `POST /webhooks/<connection>`: 2xx only after the raw body is committed.
struct WebhookRoutes: Sendable {
    /// A connection that takes webhooks.
    struct Receiver: Sendable {
        var intake: WebhookIntake
        /// Wakes whoever reads what the webhook names.
        var wake: @Sendable () -> Void
    }

    /// The longest body that is taken.
    static let longestBody = 1 << 20

    let receivers: [String: Receiver]
    let inbox: WebhookInbox
    /// The address under which vendors call, where it differs from the one that requests name: `https://hooks.example.com`.
    let publicURL: String?
    let ids: IDSource
    let clock: @Sendable () -> Instant
    let logger: Logger

    func add(to router: Router<BasicRequestContext>) {
        router.post("/webhooks/:connection") { request, context in
            let connection = context.parameters.get("connection") ?? ""
            let begun = ContinuousClock.now
            let response = await answer(request, connection: connection)
            // Names that anybody may make up get no series.
            if receivers[connection] != nil {
                Timer(label: "webhook_duration_seconds", dimensions: [("connection", connection)])
                    .record(duration: ContinuousClock.now - begun)
            }
            return response
        }
    }

    private func answer(_ request: Request, connection: String) async -> Response {
        guard let receiver = receivers[connection] else {
            Counter(label: "webhooks_total", dimensions: [("outcome", "unknown_connection")]).increment()
            logger.warning(
                "A webhook came for a connection that this adapter does not have",
                metadata: ["system.origin": "\(connection.prefix(40))"])
            return Self.response(.notFound, "no connection of this adapter has the name '\(connection.prefix(40))'")
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.longestBody)
        } catch is NIOTooManyBytesError {
            count(connection, "too_large")
            logger.warning(
                "A webhook was turned away: its body is too long", metadata: ["system.origin": "\(connection)"])
            return Self.response(.contentTooLarge, "the body is longer than \(Self.longestBody) bytes")
        } catch {
            return Self.response(.badRequest, "the body did not come to its end")
        }
        let now = clock()
        let verdict = receiver.intake.judge(
            delivery(request, body: Array(body.readableBytesView)), id: ids.next(now), now: now)
        switch verdict {
        case .reject(let reason):
            count(connection, "rejected")
            logger.warning(
                "A webhook was turned away", metadata: ["system.origin": "\(connection)", "error": "\(reason)"])
            return Self.response(.unauthorized, reason)
        case .keep(let webhook): return await keep(webhook, receiver)
        }
    }

    private func keep(_ webhook: KeptWebhook, _ receiver: Receiver) async -> Response {
        let connection = webhook.connection.name
        do {
            try await inbox.keep(webhook)
        } catch {
            count(connection, "not_kept")
            logger.error(
                "A webhook could not be kept", metadata: ["system.origin": "\(connection)", "error": "\(error)"])
            return Self.response(.serviceUnavailable, "it could not be kept; send it again", retryAfter: 5)
        }
        guard let fault = webhook.fault else {
            count(connection, webhook.hints.isEmpty ? "ignored" : "marked")
            if !webhook.hints.isEmpty { receiver.wake() }
            return Response(status: .noContent)
        }
        count(connection, "undecodable")
        logger.error(
            "A webhook became a dead letter",
            metadata: [
                "system.origin": "\(connection)", "error.code": "\(fault.code)", "error": "\(fault.message)",
                "fix": "\(fault.fix)",
            ])
        // Kept, so the vendor need not send it again: a second one would be no easier to read.
        return Self.response(.accepted, "it was kept as a dead letter, for it cannot be read: \(fault.message)")
    }

    private func delivery(_ request: Request, body: [UInt8]) -> WebhookDelivery {
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        let base = publicURL ?? "http://" + (request.head.authority ?? "localhost")
        return WebhookDelivery(
            method: request.method.rawValue, url: base + request.uri.string, headers: headers, body: body)
    }

    private func count(_ connection: String, _ outcome: String) {
        Counter(label: "webhooks_total", dimensions: [("connection", connection), ("outcome", outcome)]).increment()
    }

    private static func response(
        _ status: HTTPResponse.Status, _ message: String, retryAfter: Int? = nil
    ) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        let text = JSONValue.object(["message": .string(message)]).jsonText + "\n"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
