import SandboxKit

/// Makes webhook deliveries: CloudEvents, or the older notification, with Intuit's signature.
enum QuickBooksDelivery {
    static func encode(_ batch: [WebhookEvent], app: QuickBooksApp, sentAt: SandboxInstant) -> WebhookRequest {
        let body: JSON =
            switch app.webhookFormat {
            case .cloudEvents: .array(batch.map(cloudEvent))
            case .notifications: notification(batch)
            }
        let bytes = body.serialized()
        return WebhookRequest(
            body: bytes,
            headers: [
                ("Content-Type", "application/json"), ("User-Agent", "intuit_notification_server/1.0 (sandbox)"),
                ("intuit-signature", Signature.hmacSHA256Base64(key: app.verifierToken, body: bytes)),
                ("intuit-created-time", sentAt.iso8601), ("intuit-notification-schema-version", "1.0"),
                ("intuit-t-id", batch.first?.payload["eventId"]?.stringValue ?? ""),
            ])
    }

    /// The word of the older body, then of CloudEvents, for each operation.
    private static let words: [String: (String, String)] = [
        "create": ("Create", "created"), "update": ("Update", "updated"), "delete": ("Delete", "deleted"),
        "void": ("Void", "voided"), "email": ("Emailed", "emailed"), "merge": ("Merge", "merged"),
    ]

    private static func cloudEvent(_ event: WebhookEvent) -> JSON {
        let payload = event.payload
        let operation = words[payload["operation"]?.stringValue ?? ""]?.1 ?? "updated"
        let entity = (payload["entity"]?.stringValue ?? "").lowercased()
        return [
            "specversion": "1.0", "id": payload["eventId"] ?? .null,
            "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
            "type": .string("qbo.\(entity).\(operation).v1"), "datacontenttype": "application/json",
            "time": payload["time"] ?? .null, "intuitentityid": payload["id"] ?? .null,
            "intuitaccountid": payload["realm"] ?? .null, "data": [:],
        ]
    }

    private static func notification(_ batch: [WebhookEvent]) -> JSON {
        var realms: [String] = []
        var entities: [String: [JSON]] = [:]
        for event in batch {
            let realm = event.payload["realm"]?.stringValue ?? ""
            if entities[realm] == nil { realms.append(realm) }
            entities[realm, default: []].append([
                "name": event.payload["entity"] ?? .null, "id": event.payload["id"] ?? .null,
                "operation": .string(words[event.payload["operation"]?.stringValue ?? ""]?.0 ?? "Update"),
                "lastUpdated": event.payload["time"] ?? .null,
            ])
        }
        return [
            "eventNotifications": .array(
                realms.map { ["realmId": .string($0), "dataChangeEvent": ["entities": .array(entities[$0] ?? [])]] })
        ]
    }
}
