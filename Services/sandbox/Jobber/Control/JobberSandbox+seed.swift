import Foundation
import SandboxGraphQL
public import SandboxKit
import Synchronization

extension JobberSandbox {
    /// Loads records; without webhooks, unless `"webhooks": true`.
    ///
    /// `{"account"?: {"name", "timezone", "industry"}, "apps"?: [{"clientId", "clientSecret", "redirectUris"?}],
    /// "records": [{"type", "ref"?, "number"?, "fields": {…}}]}`. Fields are stored as they are given; what every record
    /// of the type has is filled in. A reference is an id, or `@ref` of a record above. Answers `{"ids": [id]}` in
    /// the order of the records, and `{"refs": {ref: id}}`.
    public func seed(_ body: JSON) throws -> JSON {
        try seedAccount(body)
        let announces = try body.optionalBool("webhooks") ?? false
        let items = try body.list("records")
        for (position, item) in items.enumerated() {
            let type = try item.requiredString("type")
            guard Self.recordTypes.contains(type) else {
                throw SandboxControlError(
                    "records[\(position)]: there is no type \(type); there are \(Self.recordTypes.joined(separator: ", "))"
                )
            }
        }
        return try change(as: JobberViewer(app: "", userID: nil, actor: .seed), announcing: announces) {
            writing throws(SandboxControlError) in
            var names: [String: String] = [:]
            var created: [JSON] = []
            for (position, item) in items.enumerated() {
                let fields =
                    try Self.resolved(
                        GraphQLValue(item["fields"] ?? [:]), names, "records[\(position)]"
                    ).object ?? [:]
                let record = writing.make(item["type"]?.stringValue ?? "", number: item["number"]?.intValue, fields)
                if let name = item["ref"]?.stringValue { names[name] = record.id }
                created.append(.string(record.id))
                writing.announceChange(of: record, "CREATE")
            }
            return [
                "ids": .array(created),
                "refs": .object(JSONObject(names.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            ]
        }
    }

    private func seedAccount(_ body: JSON) throws {
        let account = body["account"] ?? [:]
        try applySettings(["timezone": account["timezone"] ?? .null, "account": account["name"] ?? .null])
        for item in try body.list("apps") {
            let app = JobberAccount.App(
                clientID: try item.requiredString("clientId"), clientSecret: try item.requiredString("clientSecret"),
                name: try item.optionalString("name") ?? "App",
                redirectURIs: try item.list("redirectUris").compactMap(\.stringValue))
            state.withLock { $0.store.account.apps[app.clientID] = app }
        }
    }

    /// The value with `@ref` replaced by ids.
    private static func resolved(
        _ value: GraphQLValue, _ names: [String: String], _ place: String
    ) throws(SandboxControlError) -> GraphQLValue {
        switch value {
        case .string(let text) where text.hasPrefix("@"):
            guard let id = names[String(text.dropFirst())] else {
                throw SandboxControlError("\(place): there is no record \(text) above")
            }
            return .string(id)
        case .list(let items):
            var result: [GraphQLValue] = []
            for item in items { result.append(try resolved(item, names, place)) }
            return .list(result)
        case .object(let members):
            var result = GraphQLObject()
            for (key, member) in members {
                // Only references can name a record; a text may begin with "@" like any other.
                let isReference = key.hasSuffix("Id") || key.hasSuffix("Ids")
                result[key] = isReference || member.string == nil ? try resolved(member, names, place) : member
            }
            return .object(result)
        default: return value
        }
    }
}

extension JobberWriting {
    /// Makes a record of raw fields, with what every record of its type has.
    func make(_ type: String, number: Int? = nil, _ given: GraphQLObject) -> JobberRecord {
        var fields = given
        var typeName: String?
        for name in ["phones", "emails", "lineItems", "files", "tags"] {
            guard let items = fields[name]?.list else { continue }
            fields[name] = .list(items.enumerated().map { part($0.element.object ?? [:], name, type, $0.offset) })
        }
        switch type {
        case "Client": fields = Self.filledClient(fields)
        case "Contact":
            typeName = "ContactModel"
            fields = Self.filledContact(fields)
        case "Property": fields = filledProperty(fields)
        case "Quote": fields = filledQuote(fields)
        case "Job": fields = filledJob(fields)
        case "Visit": fields = filledVisit(fields)
        case "Invoice": fields = filledInvoice(fields)
        case "ProductOrService": fields = Self.filledProduct(fields)
        case "User": fields = Self.filledUser(fields)
        case "Request": fields.fill("source", "INTERNAL")
        case "TaxRate":
            fields.fill("default", false)
            fields.fill("componentIds", [])
        case "TimeSheetEntry": fields.fill("startAt", nowValue)
        case "PaymentRecord":
            typeName = "\(fields.text("kind") ?? "Cash")PaymentRecord"
            fields.fill("adjustmentType", "PAYMENT")
            fields.fill("paymentType", "CASH")
            fields.fill("entryDate", nowValue)
        case "CustomFieldConfiguration":
            let kind = JobberReading.customFieldKinds[fields.text("valueType") ?? "TEXT"] ?? "Text"
            typeName = "CustomFieldConfiguration\(kind)"
            fields.fill("valueType", "TEXT")
            for name in ["archived", "readOnly", "transferable"] { fields.fill(name, false) }
            fields.fill("sortOrder", .int(store.count("CustomFieldConfiguration") + 1))
        case "JobNote", "ClientNote", "QuoteNote", "RequestNote", "InvoiceNote":
            fields.fill("pinned", false)
            fields.fill("message", "")
            fields.fill("files", [])
        default: break
        }
        return create(type, typeName: typeName, number: number, fields)
    }

    /// An entry of a list inside a record, with an id and what every entry has.
    private func part(_ given: GraphQLObject, _ list: String, _ type: String, _ position: Int) -> GraphQLValue {
        var part = given
        switch list {
        case "emails": part.fill("id", store.nextID("Email"))
        case "phones":
            part.fill("id", store.nextID("ClientPhoneNumber"))
            part.fill("smsAllowed", false)
        case "tags": part.fill("id", store.nextID("Tag"))
        case "lineItems":
            part.fill("id", store.nextID("\(type)LineItem"))
            return .object(Self.filledLine(part, position: position, at: nowValue))
        default: part.fill("id", store.nextID("\(type)File"))
        }
        if list == "emails" || list == "phones" {
            part.fill("description", "MAIN")
            part.fill("primary", .bool(position == 0))
        }
        return .object(part)
    }

    /// The fields that every user has.
    static func filledUser(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        for name in ["isAccountOwner", "isAccountAdmin"] { fields.fill(name, false) }
        fields.fill("availableForScheduling", true)
        fields.fill("status", "ACTIVATED")
        fields.fill("uuid", "00000000-0000-4000-8000-000000000000")
        fields.fill("customFields", [])
        return fields
    }
}
