import Foundation
import SandboxKit

/// What webhooks tell about a record.
enum HubSpotEvent: Sendable {
    case creation
    case deletion
    case restore
    case privacyDeletion
    case merge(other: Int, moved: Int)
    case propertyChange(String, String)
    case associationChange(type: Int, from: ObjectReference, to: ObjectReference, isRemoved: Bool)

    var name: String {
        switch self {
        case .creation: "creation"
        case .deletion: "deletion"
        case .restore: "restore"
        case .privacyDeletion: "privacyDeletion"
        case .merge: "merge"
        case .propertyChange: "propertyChange"
        case .associationChange: "associationChange"
        }
    }
}

/// One subscription of the app.
struct WebhookSubscription: Sendable {
    let id: Int
    let eventType: String
    /// The property whose changes count; nil on a subscription to property changes means all (control API only).
    let propertyName: String?
    let objectTypeID: String?
    var isActive: Bool
    let createdAt: SandboxInstant
    var updatedAt: SandboxInstant

    var json: JSON {
        var object: JSONObject = [
            "id": .string(String(id)), "eventType": .string(eventType), "active": .bool(isActive),
            "createdAt": .string(createdAt.iso8601), "updatedAt": .string(updatedAt.iso8601),
        ]
        if let propertyName { object["propertyName"] = .string(propertyName) }
        if let objectTypeID { object["objectTypeId"] = .string(objectTypeID) }
        return .object(object)
    }
}

/// The webhook settings and subscriptions of the app.
struct WebhookRegistry: Sendable {
    var targetURL: String?
    var maxConcurrentRequests = 10
    var settingsCreatedAt: SandboxInstant?
    var settingsUpdatedAt: SandboxInstant?
    var subscriptions: [WebhookSubscription] = []
    var ids = NativeIDCounter(start: 2_064_401)
    var eventIDs = NativeIDCounter(start: 3_816_279_001)

    func matching(_ event: HubSpotEvent, schema: ObjectSchema) -> [WebhookSubscription] {
        let kind = schema.kind
        return subscriptions.filter { subscription in
            guard subscription.isActive else { return false }
            let name = kind.hasNamedEvents ? "\(kind.singular).\(event.name)" : "object.\(event.name)"
            let isGeneric = subscription.eventType == "object.\(event.name)" && subscription.objectTypeID == kind.typeID
            guard isGeneric || (kind.hasNamedEvents && subscription.eventType == name) else { return false }
            guard case .propertyChange(let property, _) = event else { return true }
            guard let wanted = subscription.propertyName else { return schema.definition(property)?.isReadOnly != true }
            return wanted == property
        }
    }
}

extension HubSpotPortal {
    /// Tells the subscribers of an event, if the writer is one whose changes are announced.
    mutating func notify(
        _ plural: String, _ id: Int, _ event: HubSpotEvent, _ context: WriteContext, _ stage: SandboxStage
    ) {
        guard context.notifies, !context.isRehearsal, let target = webhooks.targetURL,
            let schema = tables[plural]?.schema
        else { return }
        for subscription in webhooks.matching(event, schema: schema) {
            var payload: JSONObject = [
                "eventId": .int(webhooks.eventIDs.next()), "subscriptionId": .int(subscription.id),
                "portalId": .int(account.portalID), "appId": .int(account.appID),
                "occurredAt": .int(Int(context.now.milliseconds)), "subscriptionType": .string(subscription.eventType),
                "attemptNumber": 0,
            ]
            switch event {
            case .associationChange: break
            default: payload["objectId"] = .int(id)
            }
            describe(event, into: &payload)
            payload["changeSource"] = .string(context.changeSource)
            payload["sourceId"] = .string(account.sourceID(context.actor))
            if subscription.eventType.hasPrefix("object.") { payload["objectTypeId"] = .string(schema.kind.typeID) }
            stage.webhooks.enqueue(
                WebhookEvent(
                    endpoint: target, name: subscription.eventType, objectID: String(id), payload: .object(payload),
                    occurredAt: context.now))
        }
    }

    private func describe(_ event: HubSpotEvent, into payload: inout JSONObject) {
        switch event {
        case .creation: payload["changeFlag"] = "CREATED"
        case .deletion: payload["changeFlag"] = "DELETED"
        case .restore: payload["changeFlag"] = "RESTORED"
        case .privacyDeletion: payload["changeFlag"] = "PRIVACY_DELETED"
        case .merge(let other, let moved):
            payload["primaryObjectId"] = payload["objectId"]
            payload["mergedObjectIds"] = [.int(other)]
            payload["numberOfPropertiesMoved"] = .int(moved)
        case .propertyChange(let name, let value):
            payload["propertyName"] = .string(name)
            payload["propertyValue"] = .string(value)
        case .associationChange(let type, let from, let to, let isRemoved):
            let kind = associationKinds[type]
            payload["associationType"] = .string((kind.map { associationName($0) } ?? "").uppercased())
            payload["associationTypeId"] = .int(type)
            payload["associationCategory"] = .string(kind?.category ?? "HUBSPOT_DEFINED")
            payload["fromObjectId"] = .int(from.id)
            payload["toObjectId"] = .int(to.id)
            payload["fromObjectTypeId"] = .string(self.kind(from.type)?.typeID ?? "")
            payload["toObjectTypeId"] = .string(self.kind(to.type)?.typeID ?? "")
            payload["associationRemoved"] = .bool(isRemoved)
            payload["isPrimaryAssociation"] = .bool(kind?.isPrimary ?? false)
        }
    }
}

/// Makes deliveries: an array of events with HubSpot's signatures.
enum HubSpotDelivery {
    static func encode(
        _ batch: [WebhookEvent], attempt: Int, secret: String, timestamp: Int64
    ) -> WebhookRequest {
        let events: [JSON] = batch.map { event in
            var payload = event.payload.objectValue ?? JSONObject()
            payload["attemptNumber"] = .int(attempt - 1)
            return .object(payload)
        }
        let body = JSON.array(events).serialized()
        let signed = Array("POST\(batch.first?.endpoint ?? "")".utf8) + body + Array(String(timestamp).utf8)
        return WebhookRequest(
            body: body,
            headers: [
                ("Content-Type", "application/json"), ("User-Agent", "HubSpot Connect 2.0 (sandbox)"),
                ("X-HubSpot-Request-Timestamp", String(timestamp)),
                ("X-HubSpot-Signature-v3", Signature.hmacSHA256Base64(key: secret, body: signed)),
                ("X-HubSpot-Signature-Version", "v1"),
                ("X-HubSpot-Signature", Signature.sha256Hex(Array(secret.utf8) + body)),
            ])
    }
}
