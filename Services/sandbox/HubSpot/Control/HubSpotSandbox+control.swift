public import SandboxKit
import Synchronization

extension HubSpotSandbox {
    /// Loads records and their links without webhooks.
    ///
    /// `{"records": [{"type", "id"?, "properties": {…}, "associations"?: [{"type", "id", "typeId"?}]}]}`;
    /// the answer lists the ids in the same order.
    public func seed(_ body: JSON) throws -> JSON {
        try write(
            body.list("records"), as: .seed, notifies: try body.optionalBool("webhooks") ?? false)
    }

    /// Acts as a person: `create`, `update`, `delete`, `restore`, `merge`, `associate`, `dissociate`.
    public func act(_ body: JSON) throws -> JSON {
        try write(
            body.list("actions"), as: .user(try body.optionalString("user") ?? "maria"),
            notifies: try body.optionalBool("webhooks") ?? true)
    }

    private func write(_ actions: [JSON], as actor: SandboxActor, notifies: Bool) throws -> JSON {
        let context = WriteContext(actor: actor, requestID: nil, now: stage.clock.now(), notifies: notifies)
        return try portal.withLock { portal in
            var ids: [JSON] = []
            ids.reserveCapacity(actions.count)
            for (index, action) in actions.enumerated() {
                do {
                    ids.append(.string(try portal.carryOut(action, context: context, stage: stage)))
                } catch let problem as HubSpotProblem {
                    throw SandboxControlError("entry \(index): \(problem.message)")
                } catch let error as SandboxControlError {
                    throw SandboxControlError("entry \(index): \(error.description)")
                }
            }
            return ["ids": .array(ids)]
        }
    }

    /// Issues an access token of the OAuth app: `{"scopes"?, "expiresInSeconds"?, "kind"?}`.
    public func issueToken(_ body: JSON) throws -> JSON {
        let scopes = try body.list("scopes").compactMap(\.stringValue)
        let lifetime = try body.optionalInt("expiresInSeconds").map { Int64($0) }
        let now = stage.clock.now()
        return portal.withLock { portal in
            let granted = scopes.isEmpty ? HubSpotAccount.allScopes : Set(scopes)
            return [
                "accessToken": .string(portal.issue(.access, scopes: granted, stage, now: now, lifetime: lifetime)),
                "refreshToken": .string(portal.issue(.refresh, scopes: granted, stage, now: now)),
                "clientId": .string(portal.account.clientID), "clientSecret": .string(portal.account.clientSecret),
                "portalId": .int(portal.account.portalID), "appId": .int(portal.account.appID),
            ]
        }
    }

    /// Sends all events of all kinds to one URL: `{"url", "types"?: ["contacts", …], "properties"?: {"contacts": [...]}}`.
    ///
    /// Without `properties` every property that can be written counts, which HubSpot's own subscriptions cannot say.
    public func subscribe(_ body: JSON) throws -> JSON {
        let url = try body.requiredString("url")
        let wanted = try body.list("types").compactMap(\.stringValue)
        let now = stage.clock.now()
        do {
            return try portal.withLock { portal in
                portal.webhooks.targetURL = url
                portal.webhooks.settingsCreatedAt = now
                portal.webhooks.subscriptions = []
                let kinds = portal.tables.values.map(\.schema.kind).sorted { $0.typeID < $1.typeID }
                for kind in kinds where wanted.isEmpty || wanted.contains(kind.plural) {
                    for event in ["creation", "deletion", "merge", "restore", "associationChange", "privacyDeletion"] {
                        try portal.addSubscription(kind, event, property: nil, now: now)
                    }
                    guard let properties = body["properties"]?[kind.plural]?.arrayValue else {
                        try portal.addSubscription(kind, "propertyChange", property: nil, now: now)
                        continue
                    }
                    for property in properties.compactMap(\.stringValue) {
                        try portal.addSubscription(kind, "propertyChange", property: property, now: now)
                    }
                }
                return [
                    "subscriptions": .int(portal.webhooks.subscriptions.count),
                    "secret": .string(portal.account.clientSecret),
                ]
            }
        } catch let problem as HubSpotProblem {
            throw SandboxControlError(problem.message)
        }
    }

    /// Native records by type, bypassing tokens.
    public func records(type: String, id: String?, limit: Int, offset: Int) -> JSON? {
        portal.withLock { portal in
            guard let plural = try? portal.plural(type) else { return nil }
            var view = RecordView.everything
            view.associations = Array(Set(portal.associationKinds.values.filter { $0.from == plural }.map(\.to)))
                .sorted()
            if let id {
                guard let number = Int(id), let record = portal.tables[plural]?.resolve(number) else { return nil }
                return try? portal.render(record, plural, view)
            }
            let page = portal.tables[plural]?.page(from: 0, limit: offset + limit, isArchived: false) ?? []
            return .array(page.dropFirst(offset).compactMap { try? portal.render($0, plural, view) })
        }
    }

    /// The live records of each kind.
    public func counts() -> [String: Int] {
        portal.withLock { $0.tables.mapValues(\.liveCount) }
    }

    /// The portal's own settings: tier, limits, webhook secret and skew.
    public func describeSettings() -> JSONObject {
        let account = portal.withLock { $0.account }
        return [
            "portalId": .int(account.portalID), "appId": .int(account.appID), "tier": .string(account.tier),
            "clientId": .string(account.clientID), "clientSecret": .string(account.clientSecret),
            "oauthBurst": .int(account.oauthBurst), "privateBurst": .int(account.privateBurst),
            "searchesPerSecond": .int(account.searchesPerSecond), "dailyLimit": .int(account.daily),
            "signatureSkewMilliseconds": .int(Int(account.signatureSkew)),
        ]
    }

    /// Changes the portal's own settings.
    public func applySettings(_ body: JSON) throws {
        let tier = try body.optionalString("tier")
        if let tier, !["free", "starter", "professional", "enterprise"].contains(tier) {
            throw SandboxControlError("tier must be free, starter, professional or enterprise, not \(tier)")
        }
        let secret = try body.optionalString("clientSecret")
        let client = try body.optionalString("clientId")
        let numbers = try ["portalId", "appId", "oauthBurst", "privateBurst", "searchesPerSecond", "dailyLimit"].map {
            try body.optionalInt($0)
        }
        let skew = try body.optionalInt("signatureSkewMilliseconds")
        portal.withLock { portal in
            portal.account.tier = tier ?? portal.account.tier
            portal.account.clientSecret = secret ?? portal.account.clientSecret
            portal.account.clientID = client ?? portal.account.clientID
            portal.account.portalID = numbers[0] ?? portal.account.portalID
            portal.account.appID = numbers[1] ?? portal.account.appID
            portal.account.oauthBurst = numbers[2] ?? portal.account.oauthBurst
            portal.account.privateBurst = numbers[3] ?? portal.account.privateBurst
            portal.account.searchesPerSecond = numbers[4] ?? portal.account.searchesPerSecond
            portal.account.daily = numbers[5] ?? portal.account.daily
            portal.account.signatureSkew = skew.map { Int64($0) } ?? portal.account.signatureSkew
            portal.limits.restart()
        }
    }
}

extension HubSpotPortal {
    /// Carries out one entry of a seed or of a person's actions; gives the record's id.
    fileprivate mutating func carryOut(_ action: JSON, context: WriteContext, stage: SandboxStage) throws -> String {
        let plural = try plural(action.requiredString("type"))
        let verb = try action.optionalString("action") ?? "create"
        let id = try action.optionalString("id")
        let idProperty = try action.optionalString("idProperty")
        if verb == "create" {
            let record = try create(
                plural, values: try values(action), id: try number(id), context: context, stage: stage)
            for link in try action.list("associations") { try connect(link, plural, record.id, context, stage) }
            return String(record.id)
        }
        if verb == "restore" {
            guard let number = try number(id), let record = tables[plural]?.resolve(number) else {
                throw unknown(plural, id)
            }
            try restore(plural, record, context: context, stage: stage)
            return String(record.id)
        }
        guard let record = try find(plural, id ?? "", idProperty: idProperty) else { throw unknown(plural, id) }
        switch verb {
        case "update": _ = try update(plural, record, values: try values(action), context: context, stage: stage)
        case "delete": archive(plural, record, context: context, stage: stage)
        case "merge":
            guard let other = try find(plural, action.requiredString("other"), idProperty: nil), other.id != record.id
            else {
                throw SandboxControlError("other must be another live record")
            }
            _ = merge(plural, primary: record, other: other, context: context, stage: stage)
        case "associate", "dissociate":
            for link in try action.list("associations") {
                try connect(link, plural, record.id, context, stage, isRemoved: verb == "dissociate")
            }
        default:
            throw SandboxControlError(
                "action must be create, update, delete, restore, merge, associate or dissociate, not \(verb)")
        }
        return String(record.id)
    }

    private func unknown(_ plural: String, _ id: String?) -> SandboxControlError {
        SandboxControlError("there is no \(plural) with id \(id ?? "(none given)")")
    }

    private func number(_ id: String?) throws -> Int? {
        guard let id else { return nil }
        guard let number = Int(id) else { throw SandboxControlError("id must be a number, not \(id)") }
        return number
    }

    private func values(_ action: JSON) throws -> [(String, String?)] {
        // `fields` is the word of the other vendors for the same.
        let properties = action["properties"] ?? action["fields"] ?? [:]
        return try HubSpotCall.properties(["properties": properties])
    }

    private mutating func connect(
        _ link: JSON, _ plural: String, _ id: Int, _ context: WriteContext, _ stage: SandboxStage,
        isRemoved: Bool = false
    ) throws {
        let other = try self.plural(link.requiredString("type"))
        guard let number = try number(link.optionalString("id")) else {
            throw SandboxControlError("a link needs an id")
        }
        let from = ObjectReference(type: plural, id: id)
        let to = ObjectReference(type: other, id: number)
        guard let type = try link.optionalInt("typeId") ?? usualKind(plural, other) else {
            throw SandboxControlError("\(plural) cannot be linked to \(other)")
        }
        if isRemoved {
            dissociate(from: from, to: to, context: context, stage: stage)
        } else {
            try associate([type], from: from, to: to, context: context, stage: stage)
        }
    }

    /// The primary kind where there is one, as the vendor's pages make it.
    private func usualKind(_ from: String, _ to: String) -> Int? {
        let kinds = associationKinds.values.filter { $0.from == from && $0.to == to }
        return (kinds.first { $0.isPrimary } ?? plainKind(from, to))?.typeID
    }

    fileprivate mutating func addSubscription(
        _ kind: ObjectKind, _ event: String, property: String?, now: SandboxInstant
    ) throws(HubSpotProblem) {
        var body: JSONObject = ["eventType": .string("\(kind.eventPrefix).\(event)"), "active": true]
        if !kind.hasNamedEvents { body["objectTypeId"] = .string(kind.typeID) }
        if let property { body["propertyName"] = .string(property) }
        _ = try subscribe(.object(body), now: now, isWildcardAllowed: true)
    }
}
