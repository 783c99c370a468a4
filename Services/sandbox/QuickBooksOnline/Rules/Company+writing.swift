import Foundation
import SandboxKit

extension Company {
    /// Creates an entity, or updates the one whose Id the body has.
    mutating func write(_ kind: EntityKind, _ body: JSONObject, _ context: WriteContext) throws(QuickBooksFault)
        -> EntityRecord
    {
        if let id = Self.id(body), id != "0" { return try update(kind, id, body, context) }
        guard kind.canCreate else { throw .unsupportedOperation("create \(kind.name)") }
        var fields = Self.withoutNulls(try FieldCheck.accepted(body, kind: kind))
        let id = nextID(kind)
        try prepare(kind, &fields, id: id, old: nil, context)
        let record = EntityRecord(id: id, createdAt: context.now, updatedAt: context.now, fields: fields)
        return try finish(kind, record, over: nil, operation: "create", context)
    }

    private static func id(_ body: JSONObject) -> String? {
        body["Id"]?.stringValue ?? body["Id"]?.intValue.map(String.init)
    }

    private static func withoutNulls(_ fields: JSONObject) -> JSONObject {
        JSONObject(fields.filter { !$0.value.isNull }.map { ($0.key, $0.value) })
    }

    /// The entity that a body names, if its SyncToken is the current one.
    func current(_ kind: EntityKind, _ body: JSONObject) throws(QuickBooksFault) -> EntityRecord {
        guard let id = Self.id(body) else { throw .missing("Id") }
        guard let record = live(kind.name, id) else { throw .notFound("\(kind.name) \(id)") }
        guard let token = body["SyncToken"]?.stringValue ?? body["SyncToken"]?.intValue.map(String.init) else {
            throw .missing("SyncToken")
        }
        guard token == String(record.syncToken) else { throw .stale(kind.name, id) }
        return record
    }

    private mutating func update(
        _ kind: EntityKind, _ id: String, _ body: JSONObject, _ context: WriteContext
    ) throws(QuickBooksFault) -> EntityRecord {
        let old = try current(kind, body)
        let sent = try FieldCheck.accepted(body, kind: kind)
        let isSparse = body["sparse"]?.boolValue ?? false
        var record = old
        if isSparse {
            for (name, value) in sent { record.fields[name] = value.isNull ? nil : value }
        } else {
            // A full update clears every writable field that the body leaves out.
            var fields = Self.withoutNulls(sent)
            for (name, value) in old.fields where kind.fields[name]?.isReadOnly ?? true { fields[name] = value }
            if fields["Active"] == nil { fields["Active"] = old.fields["Active"] }
            record.fields = fields
        }
        try prepare(kind, &record.fields, id: record.id, old: old, context)
        return try finish(kind, record, over: old, operation: "update", context)
    }

    /// Applies a kind's rules to the fields of a write.
    private mutating func prepare(
        _ kind: EntityKind, _ fields: inout JSONObject, id: Int, old: EntityRecord?, _ context: WriteContext
    ) throws(QuickBooksFault) {
        try refuseClosedBooks(fields, old)
        switch kind.name {
        case "Customer", "Vendor", "Employee": try preparePerson(kind, &fields, id: id)
        case "Item": try prepareItem(&fields, id: id, old: old)
        case "Account", "Class", "Department", "Term", "PaymentMethod": try prepareNamed(kind, &fields, id: id)
        case "Invoice", "Estimate", "CreditMemo", "SalesReceipt":
            try prepareSale(kind, &fields, id: id, old: old, context)
        case "Payment": try preparePayment(&fields, old: old, context)
        case "TimeActivity": try prepareTime(&fields, context)
        case "Attachable": try prepareAttachable(&fields, old: old)
        default: break
        }
    }

    /// Commits an entity and what follows from it.
    private mutating func finish(
        _ kind: EntityKind, _ record: EntityRecord, over old: EntityRecord?, operation: String, _ context: WriteContext
    ) throws(QuickBooksFault) -> EntityRecord {
        let committed = commit(kind.name, record, over: old, operation: operation, context)
        switch kind.name {
        case "Customer": adopt(committed, over: old)
        case "Payment": reapply(payment: committed, over: old, context)
        case "Invoice":
            moveStock(from: old, to: committed, context)
            closeEstimates(of: committed, context)
        case "SalesReceipt": moveStock(from: old, to: committed, context)
        default: break
        }
        return live(kind.name, committed.id) ?? committed
    }

    private func refuseClosedBooks(_ fields: JSONObject, _ old: EntityRecord?) throws(QuickBooksFault) {
        guard let closed = settings.closedThrough else { return }
        for date in [fields["TxnDate"]?.stringValue, old?.string("TxnDate")].compactMap(\.self) where date <= closed {
            throw QuickBooksFault(
                "6540", "Account Period Closed, Cannot Update Through Services API",
                "The account period has closed and the account books cannot be updated through the QBO Services API. "
                    + "Please use the QBO website to make these changes. (\(date), closed through \(closed))")
        }
    }

    // MARK: Deleting and voiding

    /// Deletes a transaction.
    mutating func delete(_ kind: EntityKind, _ body: JSONObject, _ context: WriteContext) throws(QuickBooksFault)
        -> JSON
    {
        guard kind.canDelete else { throw .unsupportedOperation("delete \(kind.name)") }
        let old = try current(kind, body)
        try refuseClosedBooks(JSONObject(), old)
        detach(kind.name, old, context)
        var record = live(kind.name, old.id) ?? old
        record.isDeleted = true
        let deleted = commit(kind.name, record, over: record, operation: "delete", context)
        if kind.name == "Payment" { reapply(payment: deleted, over: old, context) }
        if kind.name == "Invoice" || kind.name == "SalesReceipt" { moveStock(from: old, to: nil, context) }
        return ["domain": "QBO", "status": "Deleted", "Id": .string(String(old.id))]
    }

    /// Voids a transaction: it stays, with nothing in it.
    mutating func void(_ kind: EntityKind, _ body: JSONObject, _ context: WriteContext) throws(QuickBooksFault)
        -> EntityRecord
    {
        guard kind.canVoid else { throw .unsupportedOperation("void \(kind.name)") }
        let old = try current(kind, body)
        try refuseClosedBooks(JSONObject(), old)
        detach(kind.name, old, context)
        var record = live(kind.name, old.id) ?? old
        let before = record
        let note = record.string("PrivateNote")
        record.fields["PrivateNote"] = .string(note.map { "Voided - \($0)" } ?? "Voided")
        record.fields["TotalAmt"] = 0
        record.fields["LinkedTxn"] = []
        if kind.name == "Payment" {
            record.fields["UnappliedAmt"] = 0
            record.fields["Line"] = []
        } else {
            record.fields["Balance"] = 0
            record.fields["Line"] = .array((record.fields["Line"]?.arrayValue ?? []).map(Self.voided))
            if record.fields["TxnTaxDetail"] != nil { record.fields["TxnTaxDetail"] = ["TotalTax": 0] }
        }
        let committed = commit(kind.name, record, over: before, operation: "void", context)
        if kind.name == "Payment" { reapply(payment: committed, over: old, context) }
        if kind.name != "Payment" { moveStock(from: old, to: nil, context) }
        return live(kind.name, committed.id) ?? committed
    }

    private static func voided(_ line: JSON) -> JSON {
        guard var object = line.objectValue else { return line }
        object["Amount"] = 0
        if var detail = object["SalesItemLineDetail"]?.objectValue {
            if detail["Qty"] != nil { detail["Qty"] = 0 }
            if detail["UnitPrice"] != nil { detail["UnitPrice"] = 0 }
            object["SalesItemLineDetail"] = .object(detail)
        }
        return .object(object)
    }
}
