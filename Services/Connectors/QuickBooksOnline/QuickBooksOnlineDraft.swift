import CanonicalModel
import ConnectorKit
import SyncCore

/// A write as it is kept until it is sent: the object's body, but without what only QuickBooks Online knows: the ids of
/// items, the address of a site, what people have written into the private note.
struct QuickBooksOnlineDraft {
    /// The entity that is written.
    let type: QuickBooksOnlineType
    /// The object; nil for a create.
    private(set) var id: String?
    /// The body without `Id`, `SyncToken` and `sparse`.
    var body = JSONObject()
    /// The version that an update must name; nil where it is read just before.
    private(set) var version: String?
    /// What becomes of the private note: `job`, `hours` and `lines`, as far as they change.
    private(set) var note = JSONObject()
    /// The customer whose shipping address the invoice is shipped to; nil where that does not change.
    private(set) var site: String?

    /// Whether the object is there already.
    var isUpdate: Bool { id != nil }

    /// Whether an update would change nothing at all.
    var isEmpty: Bool { isUpdate && body.isEmpty && note.isEmpty && site == nil }

    /// Whether something must be read before it can be sent.
    var needsCurrent: Bool {
        isUpdate && (version == nil || !note.isEmpty || body["CustomField"] != nil)
    }

    /// Makes the draft of a write.
    init(
        _ write: OutboundWrite, overlay: QuickBooksOnlineOverlay, currency: CurrencyCode
    ) throws(ConnectorFault) {
        id = write.native?.id
        version = write.versionToken
        switch write.entity {
        case .customer:
            type = .customer
            try takeCustomer(write)
        case .site:
            type = .customer
            try takeSite(write)
        case .invoice:
            type = .invoice
            try takeInvoice(write, overlay: overlay, currency: currency)
        default:
            throw ConnectorFault(
                .validation, code: "not_written_here",
                message: "Plumbline writes no \(write.entity.rawValue) to QuickBooks Online",
                fix: "take the entity out of the policy's flows to the ledger")
        }
    }

    /// Reads a draft from a request.
    init(_ request: VendorRequest) throws(ConnectorFault) {
        let draft = (try? JSONValue(parsing: request.body ?? [])) ?? .null
        guard let type = draft["entity"].string.flatMap({ QuickBooksOnlineType(named: $0) }),
            let body = draft["body"].object
        else {
            throw ConnectorFault(
                .undecodable, code: "draft", message: "the stored request is no draft of a write to QuickBooks Online",
                fix: "send the record again")
        }
        self.type = type
        self.body = body
        id = draft["id"].string
        version = draft["version"].string
        note = draft["note"].object ?? JSONObject()
        site = draft["site"].string
    }

    var json: JSONValue {
        [
            "entity": .string(type.rawValue), "id": id.map(JSONValue.string) ?? .null,
            "version": version.map(JSONValue.string) ?? .null, "body": .object(body), "note": .object(note),
            "site": site.map(JSONValue.string) ?? .null,
        ]
    }

    /// The body as it is sent.
    var sent: JSONObject {
        guard let id else { return body }
        var sent: JSONObject = ["Id": .string(id), "sparse": true]
        if let version { sent["SyncToken"] = .string(version) }
        for member in body.members { sent[member.key] = member.value }
        return sent
    }

    /// Brings in what the object shows now: its version, the rest of its private note, its other custom fields.
    mutating func complete(with current: JSONValue, record: CanonicalID) {
        version = version ?? current["SyncToken"].string
        if !note.isEmpty {
            body["PrivateNote"] = .string(merged(into: current["PrivateNote"].string ?? "", record: record))
        }
        if let own = body["CustomField"]?.array {
            let others = (current["CustomField"].array ?? []).filter { field in
                !own.contains { $0["DefinitionId"] == field["DefinitionId"] }
            }
            body["CustomField"] = .array(others + own)
        }
    }

    /// Brings in what an invoice takes over: the site's address, and the customer's terms and e-mail address where the
    /// invoice has none of its own.
    mutating func complete(withCustomers customers: [String: JSONValue]) {
        if let site, var address = customers[site]?["ShipAddr"], !address.isNull {
            for own in ["Id", "Lat", "Long"] { address[own] = nil }
            let isEmpty = (address.object?.members ?? []).allSatisfy { ($0.value.string ?? "").isEmpty }
            if !isEmpty { body["ShipAddr"] = address.removingNulls() }
        }
        guard !isUpdate, let customer = body["CustomerRef"]?["value"].string.flatMap({ customers[$0] }) else { return }
        if body["DueDate"] == nil, let term = customer["SalesTermRef"]["value"].string {
            body["SalesTermRef"] = ["value": .string(term)]
        }
        if body["BillEmail"] == nil, let email = customer["PrimaryEmailAddr"]["Address"].string {
            body["BillEmail"] = ["Address": .string(email)]
        }
    }

    // MARK: Customers

    private mutating func takeCustomer(_ write: OutboundWrite) throws(ConnectorFault) {
        for (field, value) in write.changes.sorted(by: { $0.key < $1.key }) {
            switch field {
            case "name": body["DisplayName"] = .string(try Self.name(value))
            case "legal_name": body["CompanyName"] = Self.text(value)
            case "phone": body["PrimaryPhone"] = ["FreeFormNumber": Self.text(value)]
            case "email": body["PrimaryEmailAddr"] = ["Address": Self.text(value)]
            case "billing_address": body["BillAddr"] = Self.address(value)
            default: throw Self.unwritable(field, write.entity)
            }
        }
        guard !isUpdate else { return }
        guard body["DisplayName"] != nil else {
            throw ConnectorFault(
                .validation, code: "no_name", message: "a customer in QuickBooks Online needs a name",
                fix: "give the customer a name that QuickBooks Online takes")
        }
        body["Notes"] = Self.mark(of: write.record)
    }

    /// What a new customer is known by, whatever becomes of its name.
    private static func mark(of record: CanonicalID) -> JSONValue {
        var note = QuickBooksOnlineNote()
        note.record = record
        return .string(note.written)
    }

    private static func name(_ value: PatchValue) throws(ConnectorFault) -> String {
        guard case .set(.text(let text)) = value, !text.isEmpty,
            let display = QuickBooksOnlineName.display(text)
        else {
            throw ConnectorFault(
                .validation, code: "name",
                message: "QuickBooks Online takes no empty name and none with a tab or a line break",
                fix: "correct the name in the system that owns it", fields: ["name"])
        }
        return display
    }

    // MARK: Sites

    private mutating func takeSite(_ write: OutboundWrite) throws(ConnectorFault) {
        let address = write.changes["address"]
        if let address { body["ShipAddr"] = Self.address(address) }
        if let unknown = write.changes.keys.first(where: { $0 != "address" && $0 != "customer" }) {
            throw Self.unwritable(unknown, write.entity)
        }
        let wanted = Self.native("customer", write.changes) ?? Self.native("customer", write.desired)
        guard let id else {
            guard let wanted else { throw Self.missing("customer", of: .site) }
            body["DisplayName"] = .string(Self.name(ofSiteAt: address))
            body["ParentRef"] = ["value": .string(wanted)]
            body["BillWithParent"] = true
            body["Notes"] = Self.mark(of: write.record)
            return
        }
        // A site that is the customer's own shipping address stays with the customer.
        let known = Self.native("customer", write.shadow)
        guard let wanted, wanted != known else { return }
        if wanted == id { return }
        guard let known, known != id else {
            throw ConnectorFault(
                .validation, code: "site_moves",
                message: "the site is the shipping address of its customer and cannot go to another one",
                fix: "make a new site for the other customer", fields: ["customer"])
        }
        body["ParentRef"] = ["value": .string(wanted)]
    }

    /// What a sub-customer is called: its street, or the most that is known of the place.
    private static func name(ofSiteAt address: PatchValue?) -> String {
        guard case .set(.address(let place)) = address else { return "Site" }
        let words = [place.line1, place.line2, place.city].first { !$0.isEmpty }
        return words.flatMap(QuickBooksOnlineName.display) ?? "Site"
    }

    // MARK: Invoices

    private mutating func takeInvoice(
        _ write: OutboundWrite, overlay: QuickBooksOnlineOverlay, currency: CurrencyCode
    ) throws(ConnectorFault) {
        do {
            for (field, value) in write.changes.sorted(by: { $0.key < $1.key }) {
                try takeInvoice(field, value, of: write, overlay: overlay, currency: currency)
            }
        } catch {
            throw isUpdate ? error : error.ofWhole
        }
        guard !isUpdate else { return }
        guard body["CustomerRef"] != nil else { throw Self.missing("customer", of: .invoice).ofWhole }
        guard body["Line"] != nil else { throw Self.missing("lines", of: .invoice).ofWhole }
        note["record"] = .string(write.record.description)
    }

    private mutating func takeInvoice(
        _ field: FieldName, _ value: PatchValue, of write: OutboundWrite, overlay: QuickBooksOnlineOverlay,
        currency: CurrencyCode
    ) throws(ConnectorFault) {
        switch field {
        case "customer":
            guard let customer = Self.native(field, write.changes) else { throw Self.missing(field, of: .invoice) }
            body["CustomerRef"] = ["value": .string(customer)]
        case "site": site = Self.native(field, write.changes)
        // A day that is taken away is QuickBooks Online's own to fill.
        case "issued_on": if case .set(.date(let day)) = value { body["TxnDate"] = .string(day.description) }
        case "due_on": if case .set(.date(let day)) = value { body["DueDate"] = .string(day.description) }
        case "billing_email": body["BillEmail"] = ["Address": Self.text(value)]
        case "memo": body["CustomerMemo"] = ["value": Self.text(value)]
        case "lines":
            guard case .set(.lines(let lines)) = value, !lines.isEmpty else { throw Self.missing(field, of: .invoice) }
            body["Line"] = .array(try QuickBooksOnlineLine.written(lines, overlay: overlay, currency: currency))
            note["lines"] = .array(lines.map { .string(QuickBooksOnlineLine.Mark($0).description) })
        case "job_reference":
            note["job"] = Self.text(value)
            if let definition = overlay.jobField {
                var number = Self.text(value)
                // A custom field holds 31 characters; the private note has the whole.
                if let text = number.string, text.count > 31 { number = .string(String(text.prefix(31))) }
                body["CustomField"] = [
                    ["DefinitionId": .string(definition), "Type": "StringType", "StringValue": number]
                ]
            }
        case "billed_hours":
            if case .set(.quantity(let hours)) = value {
                note["hours"] = .string(hours.description)
            } else {
                note["hours"] = ""
            }
        default: throw Self.unwritable(field, write.entity)
        }
    }

    private func merged(into current: String, record: CanonicalID) -> String {
        var merged = QuickBooksOnlineNote(current)
        merged.record = record
        if let job = note["job"]?.string { merged.job = job.isEmpty ? nil : job }
        if let hours = note["hours"]?.string { merged.hours = Quantity(hours) }
        if let marks = note["lines"]?.array {
            merged.marks = marks.compactMap { $0.string.flatMap { QuickBooksOnlineLine.Mark($0[...]) } }
        }
        return merged.written
    }

    // MARK: Values

    /// A text; an empty one clears the field.
    private static func text(_ value: PatchValue) -> JSONValue {
        if case .set(.text(let text)) = value { .string(text) } else { "" }
    }

    private static func address(_ value: PatchValue) -> JSONValue {
        var address = PostalAddress()
        if case .set(.address(let given)) = value { address = given }
        return [
            "Line1": .string(address.line1), "Line2": .string(address.line2), "City": .string(address.city),
            "CountrySubDivisionCode": .string(address.region), "PostalCode": .string(address.postalCode),
            "Country": .string(address.country),
        ]
    }

    private static func native(_ field: FieldName, _ patch: Patch) -> String? {
        guard case .set(.reference(.native(let reference, _)))? = patch[field] else { return nil }
        return reference.id
    }

    private static func missing(_ field: FieldName, of entity: EntityKind) -> ConnectorFault {
        ConnectorFault(
            .validation, code: "missing_\(field)",
            message: "the \(entity.rawValue) has no \(field), without which QuickBooks Online takes none",
            fix: "see why the record has no \(field); it is sent when it has", fields: [field])
    }

    private static func unwritable(_ field: FieldName, _ entity: EntityKind) -> ConnectorFault {
        ConnectorFault(
            .validation, code: "unwritable",
            message: "\(entity.rawValue).\(field) cannot be written to QuickBooks Online",
            fix: "take the field out of the policy's flows to the ledger", fields: [field])
    }
}

extension ConnectorFault {
    /// The fault of a document that goes as a whole or not at all: no single field is held while the others go (R6.17).
    var ofWhole: ConnectorFault {
        var fault = self
        fault.fields = []
        return fault
    }
}
