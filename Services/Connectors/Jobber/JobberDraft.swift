import CanonicalModel
import ConnectorKit
import SyncCore

/// A write as it is kept until it is sent: what shall be, in Jobber's words, but without the ids that only Jobber
/// knows.
struct JobberDraft {
    /// What is done to which kind of object.
    enum Operation: String {
        case clientCreate = "client_create"
        case clientEdit = "client_edit"
        case propertyCreate = "property_create"
        case propertyEdit = "property_edit"
        case jobCreate = "job_create"
        case jobEdit = "job_edit"

        var type: JobberType {
            switch self {
            case .clientCreate, .clientEdit: .client
            case .propertyCreate, .propertyEdit: .property
            case .jobCreate, .jobEdit: .job
            }
        }

        var customFieldTarget: String {
            switch type {
            case .client: "ALL_CLIENTS"
            case .property: "ALL_PROPERTIES"
            default: "ALL_JOBS"
            }
        }
    }

    let operation: Operation
    /// The object; empty for a create.
    private(set) var id = ""
    /// The client of a property or job that is created, where it is looked for if the answer is lost.
    private(set) var client = ""
    /// The mutation's input as far as it needs no ids of Jobber's.
    private(set) var input = JSONObject()
    /// Texts of custom fields by label.
    private(set) var customFields = JSONObject()
    /// The wanted `phone`, `mobile` and `email`, as far as they change.
    private(set) var methods = JSONObject()
    /// All of our lines: `key`, `position` and `attributes`; nil where they stay as they are.
    private(set) var lines: [JSONValue]?

    /// Makes the draft of a write.
    init(_ write: OutboundWrite, fields: JobberFields, currency: CurrencyCode) throws(ConnectorFault) {
        operation = try Self.operation(of: write)
        id = write.native?.id ?? ""
        if write.native == nil {
            input = try Self.givenAtCreate(write)
            client = Self.native("customer", of: write) ?? ""
        }
        for (field, value) in write.changes.sorted(by: { $0.key < $1.key }) {
            if let mapped = fields.mapped(field, of: write.entity) {
                customFields[mapped.label] = .string(JobberFields.text(value))
            } else {
                try take(field, value, of: write, currency: currency)
            }
        }
        if write.needsExternalID || write.native == nil, let label = fields.idLabel(of: write.entity) {
            customFields[label] = .string(write.record.description)
        }
    }

    /// Reads a draft from a request.
    init(_ request: VendorRequest) throws(ConnectorFault) {
        guard let body = try? JSONValue(parsing: request.body ?? []), body["variables"].object != nil,
            let operation = Operation(rawValue: body["variables"]["operation"].string ?? "")
        else {
            throw ConnectorFault(
                .undecodable, code: "draft", message: "the stored request is no draft of a write to Jobber",
                fix: "send the record again")
        }
        let draft = body["variables"]
        self.operation = operation
        id = draft["id"].string ?? ""
        client = draft["client"].string ?? ""
        input = draft["input"].object ?? JSONObject()
        customFields = draft["custom_fields"].object ?? JSONObject()
        methods = draft["methods"].object ?? JSONObject()
        lines = draft["lines"].array
    }

    var json: JSONValue {
        [
            "operation": .string(operation.rawValue), "id": .string(id), "client": .string(client),
            "input": .object(input), "custom_fields": .object(customFields), "methods": .object(methods),
            "lines": lines.map(JSONValue.array) ?? .null,
        ]
    }

    private static func operation(of write: OutboundWrite) throws(ConnectorFault) -> Operation {
        switch (write.entity, write.native) {
        case (.customer, nil): return .clientCreate
        case (.customer, _?), (.contact, _?): return .clientEdit
        case (.site, nil): return .propertyCreate
        case (.site, _?): return .propertyEdit
        case (.job, nil): return .jobCreate
        case (.job, _?): return .jobEdit
        case (.contact, nil):
            throw ConnectorFault(
                .validation, code: "second_contact",
                message: "the customer's client has a main contact already, and Jobber keeps no other under our id",
                fix: "add the person as a contact of the client in Jobber, or make them the customer's primary contact")
        default:
            throw ConnectorFault(
                .validation, code: "not_written_here",
                message: "Plumbline writes no \(write.entity.rawValue) to Jobber",
                fix: "take the entity out of the policy's flows to field service")
        }
    }

    /// What a create needs beside the fields that differ.
    private static func givenAtCreate(_ write: OutboundWrite) throws(ConnectorFault) -> JSONObject {
        switch write.entity {
        case .site:
            guard native("customer", of: write) != nil else { throw missing("customer", of: .site) }
            // Jobber's schema requires an address, be it an empty one.
            return ["address": [:]]
        case .job:
            guard native("customer", of: write) != nil else { throw missing("customer", of: .job) }
            guard let property = native("site", of: write) else { throw missing("site", of: .job) }
            return [
                "propertyId": .string(property),
                // The ledger bills; Jobber shall remind nobody to.
                "invoicing": ["invoicingType": "FIXED_PRICE", "invoicingSchedule": "NEVER"],
            ]
        default: return ["isCompany": true]
        }
    }

    private mutating func take(
        _ field: FieldName, _ value: PatchValue, of write: OutboundWrite, currency: CurrencyCode
    ) throws(ConnectorFault) {
        let text = JobberFields.text(value)
        switch (write.entity, field) {
        case (.customer, "name"): input["companyName"] = .string(text)
        case (.customer, "kind"): input["isCompany"] = .bool(text != "person")
        case (.customer, "billing_address"): input["billingAddress"] = Self.address(value)
        case (.contact, "first_name"): input["firstName"] = .string(text)
        case (.contact, "last_name"): input["lastName"] = .string(text)
        case (.contact, "phone"), (.contact, "mobile"), (.contact, "email"): methods[field.name] = .string(text)
        case (.site, "name"): input["name"] = .string(text)
        case (.site, "address"): input["address"] = Self.address(value)
        case (.job, "title"): input["title"] = .string(text)
        case (.job, "description"), (.job, "instructions"):
            func part(_ field: FieldName) -> String {
                JobberFields.text(write.changes[field] ?? write.shadow[field] ?? write.desired[field] ?? .clear)
            }
            input["instructions"] = .string(
                JobberInstructions.joined(scope: part("description"), crew: part("instructions")))
        case (.job, "lines"): lines = try Self.lines(value, currency: currency)
        default:
            throw ConnectorFault(
                .validation, code: "unwritable",
                message: "\(write.entity.rawValue).\(field) cannot be written to Jobber",
                fix: "take the field out of the policy's flows to field service", fields: [field])
        }
    }

    private static func lines(_ value: PatchValue, currency: CurrencyCode) throws(ConnectorFault) -> [JSONValue] {
        guard case .set(.lines(let lines)) = value else { return [] }
        if let foreign = lines.first(where: { $0.unitPrice.currency != currency || $0.amount.currency != currency }) {
            throw ConnectorFault(
                .validation, code: "currency",
                message:
                    "line \(foreign.key) is in \(foreign.amount.currency), but the Jobber account works in \(currency)",
                fix: "offer the work in \(currency), or set the connection's currency to the account's",
                fields: ["lines"])
        }
        return lines.enumerated().map { position, line in
            [
                "key": .string(line.key), "position": .int(position + 1),
                "attributes": .object(JobberLine.attributes(of: line, position: position + 1).json),
            ]
        }
    }

    private static func address(_ value: PatchValue) -> JSONValue {
        var address = PostalAddress()
        if case .set(.address(let given)) = value { address = given }
        return [
            "street1": .string(address.line1), "street2": .string(address.line2), "city": .string(address.city),
            "province": .string(address.region), "postalCode": .string(address.postalCode),
            "country": .string(address.country),
        ]
    }

    private static func native(_ field: FieldName, of write: OutboundWrite) -> String? {
        guard case .set(.reference(.native(let reference, _)))? = write.changes[field] ?? write.desired[field] else {
            return nil
        }
        return reference.id
    }

    private static func missing(_ field: FieldName, of entity: EntityKind) -> ConnectorFault {
        ConnectorFault(
            .validation, code: "missing_\(field)", message: "a \(entity.rawValue) in Jobber needs its \(field)",
            fix: "nothing to do once the \(field) is in Jobber; else see why it is not", fields: [field])
    }
}
