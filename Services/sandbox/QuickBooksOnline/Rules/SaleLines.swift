import Foundation
import SandboxKit

/// The lines of a sales form, checked and completed.
struct SaleLines: Sendable {
    /// The lines as kept, with numbers and the sum at the end.
    private(set) var rendered: [JSON] = []
    private(set) var subtotal = Decimal(0)
    private(set) var discount = Decimal(0)
    /// The sum of the lines with the code TAX.
    private(set) var taxable = Decimal(0)
    /// The sum of the lines of each code, outside the US.
    private(set) var taxByCode: [String: Decimal] = [:]
    private var lastID = 0

    var isEmpty: Bool { rendered.count <= 1 }

    init(_ lines: [JSON], company: Company) throws(QuickBooksFault) {
        lastID = lines.compactMap { $0["Id"]?.stringValue.flatMap { Int($0) } }.max() ?? 0
        var discounts: [JSONObject] = []
        for line in lines {
            guard let object = line.objectValue else { throw .badValue("Line", "must have objects") }
            switch object["DetailType"]?.stringValue {
            case "SalesItemLineDetail": try appendItem(object, company)
            case "DescriptionOnly": append(object)
            case "SubTotalLineDetail": continue
            case "DiscountLineDetail": discounts.append(object)
            case "GroupLineDetail": try appendGroup(object, company)
            case let type?:
                throw QuickBooksFault(
                    "2170", "Invalid Enumeration", "Invalid Enumeration : DetailType \(type)", element: "DetailType")
            case nil: throw .missing("DetailType")
            }
        }
        for line in discounts { try appendDiscount(line, company) }
        rendered.append([
            "Amount": .number(subtotal.cents), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": [:],
        ])
    }

    private mutating func append(_ line: JSONObject) {
        var line = line
        if line["Id"]?.stringValue == nil {
            lastID += 1
            line["Id"] = .string(String(lastID))
        }
        line["LineNum"] = .int(rendered.count + 1)
        rendered.append(.object(line))
    }

    private mutating func appendItem(_ line: JSONObject, _ company: Company) throws(QuickBooksFault) {
        var line = line
        guard var detail = line["SalesItemLineDetail"]?.objectValue else { throw .missing("SalesItemLineDetail") }
        try Self.refuseUnknown(
            line,
            [
                "Id", "LineNum", "Description", "Amount", "DetailType", "SalesItemLineDetail", "LinkedTxn",
                "CustomField", "ProjectRef",
            ])
        try Self.refuseUnknown(
            detail,
            [
                "ItemRef", "ClassRef", "UnitPrice", "RatePercent", "PriceLevelRef", "MarkupInfo", "Qty", "UOMRef",
                "ItemAccountRef", "InventorySiteRef", "TaxCodeRef", "ServiceDate", "TaxInclusiveAmt", "DiscountRate",
                "DiscountAmt", "DeferredRevenue", "TaxClassificationRef",
            ])
        guard let amount = line["Amount"]?.amount else { throw .missing("Line.Amount") }
        let price = detail["UnitPrice"]?.amount
        let quantity = detail["Qty"]?.amount
        if let price, let quantity, (price * quantity).cents != amount.cents {
            throw QuickBooksFault(
                "6070", "Amount calculation incorrect in the request.",
                "Amount calculation incorrect in the request. Amount is not equal to UnitPrice * Qty. "
                    + "Supplied value:\(amount), expected:\((price * quantity).cents)")
        }
        let itemID = detail["ItemRef"]?["value"]?.stringValue ?? "1"
        guard let item = company.live("Item", itemID) else { throw .invalidReference("ItemRef", itemID) }
        guard item.isActive else { throw .inactive("ItemRef \(itemID)") }
        guard item.string("Type") != "Category" else {
            throw .business("The category \(item.string("Name") ?? "") cannot be sold")
        }
        detail["ItemRef"] = ["value": .string(itemID), "name": .optional(item.string("FullyQualifiedName"))]
        let code = detail["TaxCodeRef"]?["value"]?.stringValue ?? "NON"
        try checkTax(code, amount, company)
        detail["TaxCodeRef"] = ["value": .string(code)]
        for (field, kind) in [("ClassRef", "Class"), ("ItemAccountRef", "Account")] {
            try company.check(field, of: kind, in: &detail)
        }
        if let price { detail["UnitPrice"] = .number(price) }
        if let quantity { detail["Qty"] = .number(quantity) }
        line["Amount"] = .number(amount.cents)
        line["SalesItemLineDetail"] = .object(detail)
        if let text = line["Description"]?.stringValue, text.count > 4_000 {
            throw .tooLong("Line.Description", text.count, 4_000)
        }
        subtotal += amount.cents
        append(line)
    }

    private mutating func checkTax(_ code: String, _ amount: Decimal, _ company: Company) throws(QuickBooksFault) {
        if company.settings.country == "US" {
            guard code == "TAX" || code == "NON" else { throw .invalidReference("TaxCodeRef", code) }
            if code == "TAX" { taxable += amount.cents }
        } else {
            guard company.live("TaxCode", code) != nil else { throw .invalidReference("TaxCodeRef", code) }
            taxable += amount.cents
            taxByCode[code, default: 0] += amount.cents
        }
    }

    private mutating func appendGroup(_ line: JSONObject, _ company: Company) throws(QuickBooksFault) {
        guard let detail = line["GroupLineDetail"]?.objectValue, let id = detail["GroupItemRef"]?["value"]?.stringValue
        else {
            throw .missing("GroupLineDetail.GroupItemRef")
        }
        guard let item = company.live("Item", id), item.string("Type") == "Group" else {
            throw .invalidReference("GroupItemRef", id)
        }
        var inner = self
        inner.rendered = []
        for entry in detail["Line"]?.arrayValue ?? [] {
            guard let object = entry.objectValue else { throw .badValue("Line", "must have objects") }
            try inner.appendItem(object, company)
        }
        var line = line
        var kept = detail
        kept["Line"] = .array(inner.rendered)
        line["GroupLineDetail"] = .object(kept)
        line["Amount"] = .number(inner.subtotal - subtotal)
        (subtotal, taxable, taxByCode, lastID) = (inner.subtotal, inner.taxable, inner.taxByCode, inner.lastID)
        append(line)
    }

    private mutating func appendDiscount(_ line: JSONObject, _ company: Company) throws(QuickBooksFault) {
        var line = line
        var detail = line["DiscountLineDetail"]?.objectValue ?? JSONObject()
        if detail["PercentBased"]?.boolValue ?? false {
            guard let percent = detail["DiscountPercent"]?.amount else { throw .missing("DiscountPercent") }
            line["Amount"] = .number((subtotal * percent / 100).cents)
        }
        guard let amount = line["Amount"]?.amount, amount >= 0 else { throw .missing("Line.Amount") }
        try company.check("DiscountAccountRef", of: "Account", in: &detail)
        line["DiscountLineDetail"] = .object(detail)
        discount += amount.cents
        append(line)
    }

    private static func refuseUnknown(_ object: JSONObject, _ known: Set<String>) throws(QuickBooksFault) {
        for key in object.keys where !known.contains(key) { throw .unsupportedProperty(key) }
    }
}
