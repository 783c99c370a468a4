public import CanonicalModel
public import ConnectorKit
import Crypto
import Foundation
import SyncCore

extension QuickBooksOnlineConnector {
    /// Checks base64 of HMAC-SHA256 with the verifier token over the raw body, in constant time.
    public func verify(_ delivery: WebhookDelivery, secrets: [String], now: Instant) -> WebhookVerdict {
        guard let signature = delivery.headers["intuit-signature"].flatMap({ Data(base64Encoded: $0) }) else {
            return .rejected("the header intuit-signature is missing or is no base64")
        }
        let isGenuine = secrets.contains { secret in
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: Data(delivery.body), using: SymmetricKey(data: Data(secret.utf8)))
        }
        return isGenuine ? .genuine : .rejected("the signature is not that of the app's verifier token")
    }

    /// Reads the array of CloudEvents, or the older notification; both name objects and say nothing of them.
    ///
    /// One body can bring events of several companies; each hint says of which.
    public func changes(in delivery: WebhookDelivery) throws(ConnectorFault) -> [ChangeHint] {
        let body = try delivery.document()
        if let events = body.array { return try Self.cloudEvents(events) }
        guard let notifications = body["eventNotifications"].array else {
            throw Self.shape("the body is neither an array of events nor has it eventNotifications")
        }
        var hints: [ChangeHint] = []
        for notification in notifications {
            guard let realm = notification["realmId"].string else { throw Self.shape("a notification has no realmId") }
            guard let entities = notification["dataChangeEvent"]["entities"].array else {
                throw Self.shape("a notification has no dataChangeEvent.entities")
            }
            for entity in entities { hints += try Self.hints(of: entity, realm: realm) }
        }
        return hints
    }

    private static func cloudEvents(_ events: [JSONValue]) throws(ConnectorFault) -> [ChangeHint] {
        var hints: [ChangeHint] = []
        for event in events {
            // qbo.invoice.created.v1
            guard let topic = event["type"].string, topic.split(separator: ".").count >= 3 else {
                throw shape("an event has no type such as qbo.invoice.created.v1")
            }
            guard let type = QuickBooksOnlineType(named: topic.split(separator: ".")[1]) else { continue }
            guard let id = event["intuitentityid"].string, let realm = event["intuitaccountid"].string else {
                throw shape("the event \(topic) has no intuitentityid or no intuitaccountid")
            }
            hints.append(
                ChangeHint(
                    native: NativeReference(type: type.rawValue, id: id), account: realm,
                    occurredAt: QuickBooksOnlineObject.instant(event["time"]), topic: topic))
        }
        return hints
    }

    /// An entity of the older notification; a merge names two objects.
    private static func hints(of entity: JSONValue, realm: String) throws(ConnectorFault) -> [ChangeHint] {
        guard let name = entity["name"].string, let operation = entity["operation"].string else {
            throw shape("an entity of a notification has no name or no operation")
        }
        guard let type = QuickBooksOnlineType(named: name) else { return [] }
        guard let id = entity["id"].string else { throw shape("a notification of \(name) \(operation) has no id") }
        return [id, entity["deletedId"].string].compactMap { $0 }.map { id in
            ChangeHint(
                native: NativeReference(type: type.rawValue, id: id), account: realm,
                occurredAt: QuickBooksOnlineObject.instant(entity["lastUpdated"]), topic: "\(name).\(operation)")
        }
    }

    private static func shape(_ message: String) -> ConnectorFault {
        ConnectorFault(
            .undecodable, code: "webhook_shape", message: message,
            fix: "see whether Intuit has changed the form of its webhooks")
    }
}
