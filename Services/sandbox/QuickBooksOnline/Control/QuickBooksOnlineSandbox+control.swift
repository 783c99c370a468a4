import Foundation
public import SandboxKit
import Synchronization

extension QuickBooksOnlineSandbox {
    /// Loads entities without webhooks: `{"realm"?, "records": [{"type": "Customer", "fields": {…}}]}`.
    ///
    /// The answer lists the ids in the same order.
    public func seed(_ body: JSON) throws -> JSON {
        try act(body.list("records"), as: .seed, realm: body, notifies: try body.optionalBool("webhooks") ?? false)
    }

    /// Acts as the bookkeeper: `create`, `update`, `delete`, `void`, `send`, `payment`; no SyncToken is needed.
    public func act(_ body: JSON) throws -> JSON {
        let user = try body.optionalString("user") ?? "bookkeeper"
        return try act(
            body.list("actions"), as: .user(user), realm: body, notifies: try body.optionalBool("webhooks") ?? true)
    }

    private func act(_ actions: [JSON], as actor: SandboxActor, realm body: JSON, notifies: Bool) throws -> JSON {
        let wanted = try body.optionalString("realm")
        let context = WriteContext(
            actor: actor, requestID: nil, now: stage.clock.now(), notifies: notifies, stage: stage)
        return try ledger.withLock { ledger in
            let realm = wanted ?? ledger.app.firstRealm
            var company =
                ledger.companies.removeValue(forKey: realm)
                ?? Company(realm: realm, settings: ledger.settings, now: context.now)
            defer { ledger.companies[realm] = company }
            var ids: [JSON] = []
            ids.reserveCapacity(actions.count)
            for (index, action) in actions.enumerated() {
                do {
                    ids.append(.string(try company.carryOut(action, context)))
                } catch let fault as QuickBooksFault {
                    throw SandboxControlError("entry \(index): \(fault.entries.first?.detail ?? "refused")")
                } catch let error as SandboxControlError {
                    throw SandboxControlError("entry \(index): \(error.description)")
                }
            }
            return ["ids": .array(ids)]
        }
    }

    /// Issues tokens for a company: `{"realm"?, "expiresInSeconds"?}`.
    public func issueToken(_ body: JSON) throws -> JSON {
        let app = ledger.withLock { $0.app }
        let realm = try body.optionalString("realm") ?? app.firstRealm
        let lifetime = try body.optionalInt("expiresInSeconds").map { Int64($0) }
        let now = stage.clock.now()
        ledger.withLock { ledger in
            if ledger.companies[realm] == nil {
                ledger.companies[realm] = Company(realm: realm, settings: ledger.settings, now: now)
            }
        }
        let tokens = issue(realm: realm, now: now, lifetime: lifetime)
        return [
            "accessToken": .string(tokens.access), "refreshToken": .string(tokens.refresh), "realmId": .string(realm),
            "clientId": .string(app.clientID), "clientSecret": .string(app.clientSecret),
        ]
    }

    /// Announces changes of all companies to one URL: `{"url", "entities"?: […], "format"?: "cloudevents"|"notifications"}`.
    public func subscribe(_ body: JSON) throws -> JSON {
        let url = try body.requiredString("url")
        let entities = Set(try body.list("entities").compactMap(\.stringValue))
        for name in entities where EntityKind.byName[name] == nil {
            throw SandboxControlError("there is no entity \(name)")
        }
        let format = try format(body.optionalString("format"))
        return ledger.withLock { ledger in
            if let format { ledger.app.webhookFormat = format }
            ledger.change { settings in
                settings.webhookURL = url
                settings.webhookEntities = entities
            }
            return [
                "url": .string(url), "verifierToken": .string(ledger.app.verifierToken),
                "format": .string(ledger.app.webhookFormat.rawValue),
            ]
        }
    }

    private func format(_ text: String?) throws -> QuickBooksApp.WebhookFormat? {
        guard let text else { return nil }
        guard let format = QuickBooksApp.WebhookFormat(rawValue: text) else {
            throw SandboxControlError("the format must be cloudevents or notifications, not \(text)")
        }
        return format
    }

    /// Native entities of the first company by type, bypassing tokens; deleted ones are not shown.
    public func records(type: String, id: String?, limit: Int, offset: Int) -> JSON? {
        ledger.withLock { ledger in
            guard let kind = EntityKind.byPath[type.lowercased()], let company = ledger.companies[ledger.app.firstRealm]
            else { return nil }
            if let id { return company.live(kind.name, id).map { company.render(kind.name, $0) } }
            let live = (company.tables[kind.name]?.order ?? []).lazy.compactMap { company.live(kind.name, $0) }
            return .array(live.dropFirst(offset).prefix(limit).map { company.render(kind.name, $0) })
        }
    }

    /// The live entities of each kind in all companies.
    public func counts() -> [String: Int] {
        ledger.withLock { ledger in
            var counts: [String: Int] = [:]
            for company in ledger.companies.values {
                for (kind, table) in company.tables { counts[kind, default: 0] += table.liveCount }
            }
            return counts
        }
    }

    /// The settings of the app and its companies.
    public func describeSettings() -> JSONObject {
        ledger.withLock { ledger in
            let settings = ledger.settings
            return [
                "realm": .string(ledger.app.firstRealm), "clientId": .string(ledger.app.clientID),
                "clientSecret": .string(ledger.app.clientSecret), "verifierToken": .string(ledger.app.verifierToken),
                "webhookFormat": .string(ledger.app.webhookFormat.rawValue),
                "refreshGraceSeconds": .int(Int(ledger.app.refreshGraceSeconds)),
                "salesTaxPercent": .number(settings.salesTaxPercent), "country": .string(settings.country),
                "usesCustomNumbers": .bool(settings.usesCustomNumbers),
                "closedThrough": .optional(settings.closedThrough),
                "zoneMinutes": .int(settings.zoneMinutes), "requestsPerMinute": .int(settings.requestsPerMinute),
                "batchesPerMinute": .int(settings.batchesPerMinute),
                "concurrentRequests": .int(settings.concurrentRequests),
            ]
        }
    }

    /// Changes the settings of the app and its companies.
    public func applySettings(_ body: JSON) throws {
        let format = try format(body.optionalString("webhookFormat"))
        let verifier = try body.optionalString("verifierToken")
        let secret = try body.optionalString("clientSecret")
        let client = try body.optionalString("clientId")
        let grace = try body.optionalInt("refreshGraceSeconds")
        let tax = body["salesTaxPercent"]?.amount
        let country = try body.optionalString("country")
        let custom = try body.optionalBool("usesCustomNumbers")
        let closed = body["closedThrough"]
        let day = try body.optionalString("closedThrough")
        if let day, SandboxInstant(iso8601: day) == nil {
            throw SandboxControlError("closedThrough must be a date, not \(day)")
        }
        let zone = try body.optionalInt("zoneMinutes")
        let perMinute = try body.optionalInt("requestsPerMinute")
        let batches = try body.optionalInt("batchesPerMinute")
        let concurrent = try body.optionalInt("concurrentRequests")
        ledger.withLock { ledger in
            ledger.app.webhookFormat = format ?? ledger.app.webhookFormat
            ledger.app.verifierToken = verifier ?? ledger.app.verifierToken
            ledger.app.clientSecret = secret ?? ledger.app.clientSecret
            ledger.app.clientID = client ?? ledger.app.clientID
            ledger.app.refreshGraceSeconds = grace.map { Int64($0) } ?? ledger.app.refreshGraceSeconds
            ledger.change { settings in
                settings.salesTaxPercent = tax ?? settings.salesTaxPercent
                settings.country = country ?? settings.country
                settings.usesCustomNumbers = custom ?? settings.usesCustomNumbers
                if closed != nil { settings.closedThrough = day }
                settings.zoneMinutes = zone ?? settings.zoneMinutes
                settings.requestsPerMinute = perMinute ?? settings.requestsPerMinute
                settings.batchesPerMinute = batches ?? settings.batchesPerMinute
                settings.concurrentRequests = concurrent ?? settings.concurrentRequests
            }
        }
    }
}

extension Ledger {
    /// Changes the settings of all companies, those to come included.
    fileprivate mutating func change(_ body: (inout CompanySettings) -> Void) {
        body(&settings)
        for realm in companies.keys {
            companies[realm]?.settings = settings
            companies[realm]?.requests = RollingWindow(limit: settings.requestsPerMinute, milliseconds: 60_000)
            companies[realm]?.batches = RollingWindow(limit: settings.batchesPerMinute, milliseconds: 60_000)
        }
    }
}

extension Company {
    /// Carries out one entry of a seed or of the bookkeeper's actions; gives the entity's id.
    fileprivate mutating func carryOut(_ action: JSON, _ context: WriteContext) throws -> String {
        let verb = try action.optionalString("action") ?? "create"
        if verb == "payment" { return try pay(action, context) }
        let name = try action.requiredString("type")
        guard let kind = EntityKind.byPath[name.lowercased()] else {
            throw SandboxControlError("there is no entity \(name)")
        }
        var fields = try (action["fields"] ?? [:]).members()
        if verb == "create" { return String(try write(kind, fields, context).id) }
        let id = try action.requiredString("id")
        let old: EntityRecord? =
            kind.name == "Preferences" || kind.name == "CompanyInfo"
            ? tables[kind.name]?.records.values.first : live(kind.name, id)
        guard let old else { throw SandboxControlError("there is no \(kind.name) with id \(id)") }
        fields["Id"] = .string(String(old.id))
        fields["SyncToken"] = .string(String(old.syncToken))
        switch verb {
        case "update":
            fields["sparse"] = true
            _ = try write(kind, fields, context)
        case "delete":
            if kind.isNameList {
                _ = try write(
                    kind,
                    ["Id": .string(id), "SyncToken": .string(String(old.syncToken)), "sparse": true, "Active": false],
                    context)
            } else {
                _ = try delete(kind, fields, context)
            }
        case "void": _ = try void(kind, fields, context)
        case "send":
            let address =
                try action.optionalString("to") ?? old.fields["BillEmail"]?["Address"]?.stringValue
                ?? "customer@example.com"
            _ = send(kind.name, old, to: address, context)
        default: throw SandboxControlError("action must be create, update, delete, void, send or payment, not \(verb)")
        }
        return id
    }

    /// Records a payment of an invoice, of all that is open unless an amount is given.
    private mutating func pay(_ action: JSON, _ context: WriteContext) throws -> String {
        let id = try action.requiredString("invoice")
        guard let invoice = live("Invoice", id), let kind = EntityKind.byName["Payment"] else {
            throw SandboxControlError("there is no Invoice with id \(id)")
        }
        guard let amount = action["amount"]?.amount ?? invoice.fields["Balance"]?.amount, amount > 0 else {
            throw SandboxControlError("the invoice has nothing open")
        }
        var fields: JSONObject = [
            "CustomerRef": invoice.fields["CustomerRef"] ?? .null, "TotalAmt": .number(amount),
            "Line": [["Amount": .number(amount), "LinkedTxn": [["TxnId": .string(id), "TxnType": "Invoice"]]]],
        ]
        if let date = try action.optionalString("date") { fields["TxnDate"] = .string(date) }
        if let reference = try action.optionalString("reference") { fields["PaymentRefNum"] = .string(reference) }
        if let name = try action.optionalString("method") {
            guard let method = names["PaymentMethod"]?[name.lowercased()] else {
                throw SandboxControlError("there is no payment method \(name)")
            }
            fields["PaymentMethodRef"] = ["value": .string(String(method))]
        }
        return String(try write(kind, fields, context).id)
    }
}
