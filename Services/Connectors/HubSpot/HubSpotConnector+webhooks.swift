public import CanonicalModel
public import ConnectorKit
import Crypto
import Foundation
import SyncCore

extension HubSpotConnector {
    /// How old a signed request may be.
    static let tolerance: Int64 = 300

    /// Checks signature v3: base64 of HMAC-SHA256 over method, URL, body and time, in constant time.
    public func verify(_ delivery: WebhookDelivery, secrets: [String], now: Instant) -> WebhookVerdict {
        guard let signature = delivery.headers["x-hubspot-signature-v3"].flatMap({ Data(base64Encoded: $0) }) else {
            return .rejected("the header X-HubSpot-Signature-v3 is missing or is no base64")
        }
        guard let time = delivery.headers["x-hubspot-request-timestamp"], let sent = Int64(time) else {
            return .rejected("the header X-HubSpot-Request-Timestamp is missing or is no number")
        }
        let age = now.seconds(since: Instant(milliseconds: sent))
        guard abs(age) <= Self.tolerance else {
            return .rejected(
                "the request's timestamp is \(abs(age)) seconds off; at most \(Self.tolerance) are allowed")
        }
        var signed = Data((delivery.method + delivery.url).utf8)
        signed.append(contentsOf: delivery.body)
        signed.append(contentsOf: time.utf8)
        let isGenuine = secrets.contains { secret in
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: signed, using: SymmetricKey(data: Data(secret.utf8)))
        }
        return isGenuine ? .genuine : .rejected("the signature is not that of the app's client secret")
    }

    /// Reads the array of events: each names an object, or two for an association.
    public func changes(in delivery: WebhookDelivery) throws(ConnectorFault) -> [ChangeHint] {
        guard let events = try delivery.document().array else {
            throw ConnectorFault(
                .undecodable, code: "webhook_shape", message: "the body is no JSON array of events",
                fix: "see whether the subscription's version has changed")
        }
        return events.flatMap { event in
            let account = event["portalId"].int.map(String.init)
            let occurredAt = event["occurredAt"].int.map(Instant.init(milliseconds:))
            let topic = event["subscriptionType"].string ?? ""
            func hint(_ type: HubSpotType, _ id: JSONValue) -> ChangeHint? {
                (id.int.map(String.init) ?? id.string).map {
                    ChangeHint(
                        native: NativeReference(type: type.rawValue, id: $0), account: account,
                        occurredAt: occurredAt, topic: topic)
                }
            }
            guard let type = Self.type(of: event, topic: topic) else { return [ChangeHint]() }
            if topic.hasSuffix("associationChange") {
                let other = event["associationType"].string.flatMap(Self.otherType)
                return [hint(type, event["fromObjectId"]), other.flatMap { hint($0, event["toObjectId"]) }]
                    .compactMap { $0 }
            }
            let merged = (event["mergedObjectIds"].array ?? []).compactMap { hint(type, $0) }
            return [hint(type, event["objectId"])].compactMap { $0 } + merged
        }
    }

    private static func type(of event: JSONValue, topic: String) -> HubSpotType? {
        if let id = event["objectTypeId"].string { return HubSpotType.allCases.first { $0.objectTypeID == id } }
        return topic.split(separator: ".").first.flatMap { HubSpotType(rawValue: String($0)) }
    }

    /// `DEAL_TO_COMPANY` names the other type last.
    private static func otherType(_ association: String) -> HubSpotType? {
        guard let range = association.range(of: "_TO_") else { return nil }
        return HubSpotType(rawValue: association[range.upperBound...].lowercased())
    }
}
