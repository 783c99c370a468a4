import CanonicalModel
import Foundation
import Messaging
import SandboxKit
import SandboxSupport
import SyncCore
import SyncStore
import SystemSupport

/// Messages and webhooks that cannot be read or routed.
struct RefusedMessages: Sendable {
    let estate: LetterEstate

    private var plan: LetterPlan { estate.plan }
    private var system: RunningSystem { estate.system }
    private var names: BrokerNames { BrokerNames(prefix: system.servers.prefix) }

    /// Events of an account that no adapter has declared yet.
    func sendEvents() async throws {
        try await insert(
            plan.eventRange.map { number in
                let customer = estate.customers[number]
                let week = plan.tiding(number) == .old ? -7 * 86_400 : Int64(0)
                return event(
                    LetterEstate.second, customer.company, ["name": .set(.text(plan.eventName(number)))],
                    changedAt: LetterEstate.now.advanced(bySeconds: week))
            })
    }

    /// Events that a person can make readable: one has a field that there is not, one a word that there is not.
    func sendCorrectable() async throws {
        let events = (0..<plan.correctable).flatMap { number in
            [("website", "nickname", "www.example.com"), ("kind", "kind", "person")].map { field, _, value in
                event(
                    ConnectionID("hubspot"), estate.customers[number].company,
                    [FieldName(field): .set(field == "kind" ? .choice(value) : .text(value))],
                    changedAt: LetterEstate.now)
            }
        }
        try await insert(events) { body in
            body.replacing(#""website":"#, with: #""nickname":"#).replacing(#""person""#, with: #""robot""#)
        }
    }

    /// What nobody can ever read: at the router's queue, at the connections' queues, and at the doors of adapters.
    func sendUnreadable() async throws {
        let now = LetterEstate.now
        var messages: [StoredMessage] = []
        for number in 0..<plan.unreadable {
            let customer = estate.customers[plan.liveRange.lowerBound + number % plan.live]
            let event = event(ConnectionID("hubspot"), customer.company, ["website": .set(.text("x"))], changedAt: now)
            messages.append(try stored(event) { $0.replacing(Self.version, with: #""schemaversion":9"#) })
            let queues = [names.routerEvents] + ["hubspot", "jobber", "quickbooks"].map(names.commandQueue)
            for queue in queues {
                messages.append(
                    StoredMessage(
                        id: IDSource.random.next(now), queue: queue, exchange: "", routingKey: queue,
                        body: Array("{ half a message \(number)".utf8),
                        context: MessageContext(correlation: IDSource.random.next(now))))
            }
        }
        try await system.pool.run([MessageTable.insert(messages, lease: .zero)])
        for number in 0..<plan.unreadable {
            let body = Array("{ half a webhook \(number)".utf8)
            try await post(body, to: .fsmAdapter, "jobber", header: "x-jobber-hmac-sha256")
            try await post(body, to: .ledgerAdapter, "quickbooks", header: "intuit-signature")
        }
    }

    /// The envelope's attribute with the version of the model, as events of today have it.
    private static var version: String { #""schemaversion":\#(SchemaVersion.current.number)"# }

    private func event(
        _ connection: ConnectionID, _ company: String, _ fields: Patch, changedAt: Instant
    ) -> CanonicalEvent {
        let now = LetterEstate.now
        return CanonicalEvent(
            id: IDSource.random.next(now), entity: .customer, change: .updated, connection: connection, role: .crm,
            native: NativeReference(type: "company", id: company), fields: fields, changedAt: changedAt,
            observedAt: now, context: MessageContext(correlation: IDSource.random.next(now)))
    }

    private func insert(_ events: [CanonicalEvent], _ spoil: (String) -> String = { $0 }) async throws {
        for start in stride(from: 0, to: events.count, by: 1000) {
            let messages = try events[start..<min(start + 1000, events.count)].map { try stored($0, spoil) }
            try await system.pool.run([MessageTable.insert(messages, lease: .zero)])
        }
    }

    private func stored(_ event: CanonicalEvent, _ spoil: (String) -> String) throws -> StoredMessage {
        let text = String(decoding: try EventCoding.encode(event, schema: .current), as: UTF8.self)
        return StoredMessage(
            id: event.id, queue: names.routerEvents, exchange: names.events, routingKey: "crm.customer.updated",
            body: Array(spoil(text).utf8), context: event.context)
    }

    private func post(_ body: [UInt8], to service: SystemService, _ vendor: String, header: String) async throws {
        let secret = try system.webhookSecret(of: vendor)
        let answer = try await SandboxClient(baseURL: system.url(of: service)).send(
            "POST", "/webhooks/\(vendor)", bytes: body, contentType: "application/json",
            headers: [header: Signature.hmacSHA256Base64(key: secret, body: body)])
        guard (200..<300).contains(answer.status) else {
            throw DrillFailure("a webhook to \(service) was answered with \(answer.status)")
        }
    }
}
