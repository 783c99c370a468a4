import SandboxKit

extension HubSpotPortal {
    /// The most subscriptions of one app.
    private static let subscriptionLimit = 1_000

    private static let eventNames: Set<String> = [
        "creation", "deletion", "merge", "restore", "propertyChange", "associationChange", "privacyDeletion",
    ]

    /// `/webhooks/v3/{appId}/…`: settings and subscriptions of the app.
    mutating func answerWebhooks(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        guard let app = path.first, Int(app) == account.appID else {
            throw .notFound("No app \(path.first ?? "") exists")
        }
        switch path.dropFirst().first {
        case "settings" where path.count == 2: return try answerSettings(call)
        case "subscriptions": return try answerSubscriptions(call, Array(path.dropFirst(2)))
        default: throw .noRoute
        }
    }

    private mutating func answerSettings(_ call: HubSpotCall) throws(HubSpotProblem) -> HubSpotAnswer {
        switch call.method {
        case "GET": break
        case "PUT":
            let body = JSON.object(try call.object())
            guard let url = body["targetUrl"]?.stringValue, url.hasPrefix("http") else {
                throw .invalid("targetUrl must be a URL")
            }
            guard let concurrency = body["throttling"]?["maxConcurrentRequests"]?.intValue, concurrency >= 5 else {
                throw .invalid("throttling.maxConcurrentRequests must be at least 5")
            }
            webhooks.targetURL = url
            webhooks.maxConcurrentRequests = concurrency
            webhooks.settingsCreatedAt = webhooks.settingsCreatedAt ?? call.context.now
            webhooks.settingsUpdatedAt = call.context.now
        case "DELETE":
            webhooks.targetURL = nil
            return .noContent
        default: throw .methodNotAllowed()
        }
        guard let url = webhooks.targetURL else { throw .notFound("The app has no webhook settings") }
        return HubSpotAnswer(json: [
            "targetUrl": .string(url), "throttling": ["maxConcurrentRequests": .int(webhooks.maxConcurrentRequests)],
            "createdAt": .string((webhooks.settingsCreatedAt ?? call.context.now).iso8601),
            "updatedAt": .string((webhooks.settingsUpdatedAt ?? call.context.now).iso8601),
        ])
    }

    private mutating func answerSubscriptions(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        switch (call.method, path.count) {
        case ("GET", 0): return HubSpotAnswer(json: ["results": .array(webhooks.subscriptions.map(\.json))])
        case ("POST", 0):
            let subscription = try subscribe(JSON.object(try call.object()), now: call.context.now)
            return HubSpotAnswer(status: 201, json: subscription.json)
        case ("POST", 2) where path == ["batch", "update"]:
            var results: [JSON] = []
            for input in try call.inputs() {
                guard let id = input["id"]?.intValue,
                    let position = webhooks.subscriptions.firstIndex(where: { $0.id == id })
                else { continue }
                webhooks.subscriptions[position].isActive = input["active"]?.boolValue ?? true
                results.append(webhooks.subscriptions[position].json)
            }
            let now = call.context.now.iso8601
            return HubSpotAnswer(json: [
                "status": "COMPLETE", "results": .array(results), "startedAt": .string(now),
                "completedAt": .string(now),
            ])
        case (_, 1):
            guard let position = webhooks.subscriptions.firstIndex(where: { String($0.id) == path[0] }) else {
                throw .notFound("No subscription \(path[0]) exists")
            }
            return try changeSubscription(call, position)
        default: throw .methodNotAllowed()
        }
    }

    private mutating func changeSubscription(_ call: HubSpotCall, _ position: Int) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        switch call.method {
        case "GET": break
        case "PATCH":
            guard let isActive = try call.object()["active"]?.boolValue else { throw .badJSON("active is required") }
            webhooks.subscriptions[position].isActive = isActive
            webhooks.subscriptions[position].updatedAt = call.context.now
        case "DELETE":
            webhooks.subscriptions.remove(at: position)
            return .noContent
        default: throw .methodNotAllowed()
        }
        return HubSpotAnswer(json: webhooks.subscriptions[position].json)
    }

    mutating func subscribe(_ body: JSON, now: SandboxInstant, isWildcardAllowed: Bool = false) throws(HubSpotProblem)
        -> WebhookSubscription
    {
        guard let type = body["eventType"]?.stringValue else { throw .badJSON("eventType is required") }
        let parts = type.split(separator: ".").map(String.init)
        let isNamed = ObjectKind.standard.contains { $0.hasNamedEvents && $0.singular == parts.first }
        guard parts.count == 2, isNamed || parts[0] == "object", Self.eventNames.contains(parts[1]) else {
            throw .invalid("There is no event type \(type)", code: "INVALID_EVENT_TYPE")
        }
        let objectTypeID = body["objectTypeId"]?.stringValue
        if parts[0] == "object" {
            guard let objectTypeID, tables.values.contains(where: { $0.schema.kind.typeID == objectTypeID }) else {
                throw .invalid("\(type) needs a known objectTypeId")
            }
        }
        let property = body["propertyName"]?.stringValue
        if parts[1] == "propertyChange", property == nil, !isWildcardAllowed {
            throw .invalid("\(type) needs a propertyName")
        }
        if let property, parts[1] != "propertyChange" { throw .invalid("\(type) takes no propertyName (\(property))") }
        if let property, let plural = try? plural(objectTypeID ?? parts[0]),
            tables[plural]?.schema.definition(property) == nil
        {
            throw .invalid("Property \"\(property)\" does not exist", code: "PROPERTY_DOESNT_EXIST")
        }
        let isKnown = webhooks.subscriptions.contains {
            $0.eventType == type && $0.propertyName == property && $0.objectTypeID == objectTypeID
        }
        guard !isKnown else {
            throw HubSpotProblem(status: 409, category: "CONFLICT", message: "The app is already subscribed to \(type)")
        }
        guard webhooks.subscriptions.count < Self.subscriptionLimit else {
            throw .invalid("An app has at most \(Self.subscriptionLimit) subscriptions")
        }
        let subscription = WebhookSubscription(
            id: webhooks.ids.next(), eventType: type, propertyName: property, objectTypeID: objectTypeID,
            isActive: body["active"]?.boolValue ?? false, createdAt: now, updatedAt: now)
        webhooks.subscriptions.append(subscription)
        return subscription
    }
}
