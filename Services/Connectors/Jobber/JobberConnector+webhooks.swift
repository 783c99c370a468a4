public import CanonicalModel
public import ConnectorKit
import Crypto
import Foundation
import SyncCore

extension JobberConnector {
    /// Checks base64 of HMAC-SHA256 over the raw body, in constant time.
    public func verify(_ delivery: WebhookDelivery, secrets: [String], now: Instant) -> WebhookVerdict {
        guard let signature = delivery.headers["x-jobber-hmac-sha256"].flatMap({ Data(base64Encoded: $0) }) else {
            return .rejected("the header X-Jobber-Hmac-SHA256 is missing or is no base64")
        }
        let isGenuine = secrets.contains { secret in
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: Data(delivery.body), using: SymmetricKey(data: Data(secret.utf8)))
        }
        return isGenuine ? .genuine : .rejected("the signature is not that of the app's client secret")
    }

    /// Reads the one event of the body, which names an object and says nothing of it.
    public func changes(in delivery: WebhookDelivery) throws(ConnectorFault) -> [ChangeHint] {
        let event = try delivery.document()["data"]["webHookEvent"]
        guard let topic = event["topic"].string else {
            throw ConnectorFault(
                .undecodable, code: "webhook_shape", message: "the body has no data.webHookEvent.topic",
                fix: "see whether Jobber has changed the form of its webhooks")
        }
        // A topic of something else (a quote, an app that was disconnected) concerns none of our objects.
        guard let type = JobberType(topic: topic) else { return [] }
        guard let id = event["itemId"].string else {
            throw ConnectorFault(
                .undecodable, code: "webhook_shape", message: "the event \(topic) names no itemId",
                fix: "see whether Jobber has changed the form of its webhooks")
        }
        // Apps that are older than December 2023 get the misspelt name.
        let time = event["occurredAt"].string ?? event["occuredAt"].string
        return [
            ChangeHint(
                native: NativeReference(type: type.rawValue, id: id), account: event["accountId"].string,
                occurredAt: time.flatMap { Instant($0) }, topic: topic)
        ]
    }
}
