import Foundation
import SandboxKit

extension Company {
    /// The rules of invoices, estimates, credit memos and sales receipts.
    mutating func prepareSale(
        _ kind: EntityKind, _ fields: inout JSONObject, id: Int, old: EntityRecord?, _ context: WriteContext
    ) throws(QuickBooksFault) {
        if kind.name != "SalesReceipt", fields["CustomerRef"] == nil { throw .missing("CustomerRef") }
        try check("CustomerRef", of: "Customer", in: &fields)
        for (field, other) in [
            ("SalesTermRef", "Term"), ("ClassRef", "Class"), ("DepartmentRef", "Department"),
            ("PaymentMethodRef", "PaymentMethod"), ("DepositToAccountRef", "Account"), ("ARAccountRef", "Account"),
        ] { try check(field, of: other, in: &fields) }
        try checkCurrency(&fields)
        try checkTexts(fields)
        if fields["TxnDate"] == nil { fields["TxnDate"] = .string(date(context.now)) }
        if kind.name == "Invoice" { setDueDate(&fields) }
        let customer = fields["CustomerRef"]?["value"]?.stringValue.flatMap { live("Customer", $0) }
        let lines = try SaleLines(fields["Line"]?.arrayValue ?? [], company: self)
        guard !lines.isEmpty else { throw .missing("Line") }
        let tax = try salesTax(lines, fields, isExempt: customer?.fields["Taxable"]?.boolValue == false)
        fields["Line"] = .array(lines.rendered)
        fields["TxnTaxDetail"] = tax.detail
        if fields["GlobalTaxCalculation"] != nil, settings.country == "US" { fields["GlobalTaxCalculation"] = nil }
        let total = (lines.subtotal - lines.discount + tax.amount).cents
        fields["TotalAmt"] = .number(total)
        if fields["PrintStatus"] == nil { fields["PrintStatus"] = "NotSet" }
        if fields["EmailStatus"] == nil { fields["EmailStatus"] = "NotSet" }
        if fields["ApplyTaxAfterDiscount"] == nil { fields["ApplyTaxAfterDiscount"] = false }
        if let addresses = customer, fields["BillAddr"] == nil { fields["BillAddr"] = addresses.fields["BillAddr"] }
        try number(kind, &fields, id: id, old: old)
        switch kind.name {
        case "Invoice": try setInvoiceBalance(&fields, id: id, total: total)
        case "CreditMemo":
            let used = appliedCredit(id)
            guard used <= total else { throw .business("The credit already applied (\(used)) is more than the total") }
            fields["RemainingCredit"] = .number(total - used)
            fields["Balance"] = .number(total - used)
        case "Estimate": try checkStatus(&fields)
        default: fields["Balance"] = 0
        }
    }

    private func checkTexts(_ fields: JSONObject) throws(QuickBooksFault) {
        if let memo = fields["CustomerMemo"]?["value"]?.stringValue, memo.count > 1_000 {
            throw .tooLong("CustomerMemo", memo.count, 1_000)
        }
        let custom = fields["CustomField"]?.arrayValue ?? []
        for field in custom {
            guard
                let definition = field["DefinitionId"]?.stringValue ?? field["DefinitionId"]?.intValue.map(String.init),
                ["1", "2", "3"].contains(definition)
            else { throw .business("A sales form has the custom fields 1, 2 and 3 only") }
            if let text = field["StringValue"]?.stringValue, text.count > 31 {
                throw .tooLong("CustomField.StringValue", text.count, 31)
            }
        }
        guard let email = fields["BillEmail"]?["Address"]?.stringValue, !email.contains("@") else { return }
        throw QuickBooksFault(
            "2210", "Invalid email address", "Invalid Email Address format : \(email)", element: "BillEmail")
    }

    private func setDueDate(_ fields: inout JSONObject) {
        guard fields["DueDate"] == nil,
            let day = fields["TxnDate"]?.stringValue.flatMap({ SandboxInstant(iso8601: $0) })
        else {
            return
        }
        let preferred = tables["Preferences"]?.records.values.first?.fields["SalesFormsPrefs"]?["DefaultTerms"]?[
            "value"]
        let term = (fields["SalesTermRef"]?["value"] ?? preferred)?.stringValue.flatMap { live("Term", $0) }
        let days = term?.fields["DueDays"]?.intValue ?? 30
        fields["DueDate"] = .string(day.adding(milliseconds: Int64(days) * 86_400_000).dateOnly)
    }

    /// Gives a document number, or checks the one that was chosen.
    private mutating func number(_ kind: EntityKind, _ fields: inout JSONObject, id: Int, old: EntityRecord?)
        throws(QuickBooksFault)
    {
        if let chosen = fields["DocNumber"]?.stringValue, !chosen.isEmpty {
            guard let holder = docNumbers[kind.name]?[chosen], holder != id else { return }
            throw QuickBooksFault(
                "6140", "Duplicate Document Number Error",
                "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
                    + "DocNumber=\(chosen) is assigned to TxnType=\(kind.name) with TxnId=\(holder)")
        }
        fields["DocNumber"] = old?.fields["DocNumber"]
        guard fields["DocNumber"] == nil, !settings.usesCustomNumbers else { return }
        var next = nextDocNumber[kind.name] ?? 1_001
        while docNumbers[kind.name]?[String(next)] != nil { next += 1 }
        nextDocNumber[kind.name] = next + 1
        fields["DocNumber"] = .string(String(next))
    }

    private func checkStatus(_ fields: inout JSONObject) throws(QuickBooksFault) {
        let status = fields["TxnStatus"]?.stringValue ?? "Pending"
        guard ["Pending", "Accepted", "Closed", "Rejected", "Converted"].contains(status) else {
            throw QuickBooksFault(
                "2170", "Invalid Enumeration", "Invalid Enumeration : TxnStatus \(status)", element: "TxnStatus")
        }
        fields["TxnStatus"] = .string(status)
    }

    private func setInvoiceBalance(_ fields: inout JSONObject, id: Int, total: Decimal) throws(QuickBooksFault) {
        let deposit = fields["Deposit"]?.amount ?? 0
        let paid = payments(on: id)
        guard paid + deposit <= total else {
            throw .business(
                "The amount already applied to the invoice (\(paid + deposit)) is more than its total (\(total))")
        }
        fields["Balance"] = .number(total - paid - deposit)
        for link in fields["LinkedTxn"]?.arrayValue ?? [] {
            guard let other = link["TxnId"]?.stringValue, let type = link["TxnType"]?.stringValue else {
                throw .business("LinkedTxn needs TxnId and TxnType")
            }
            guard type != "Estimate" || live("Estimate", other) != nil else {
                throw .invalidReference("LinkedTxn", other)
            }
        }
    }

    /// An estimate that an invoice refers to is closed by it.
    mutating func closeEstimates(of invoice: EntityRecord, _ context: WriteContext) {
        for link in invoice.fields["LinkedTxn"]?.arrayValue ?? [] where link["TxnType"]?.stringValue == "Estimate" {
            guard let estimate = (link["TxnId"]?.stringValue).flatMap({ live("Estimate", $0) }),
                estimate.string("TxnStatus") != "Closed"
            else { continue }
            var closed = estimate
            closed.fields["TxnStatus"] = "Closed"
            let links = closed.fields["LinkedTxn"]?.arrayValue ?? []
            closed.fields["LinkedTxn"] = .array(links + [["TxnId": .string(String(invoice.id)), "TxnType": "Invoice"]])
            _ = commit("Estimate", closed, over: estimate, operation: "update", context)
        }
    }

    // MARK: Tax

    /// The tax of a sale: by the code of the whole sale, or at the company's rate on lines marked TAX.
    private func salesTax(
        _ lines: SaleLines, _ fields: JSONObject, isExempt: Bool
    ) throws(QuickBooksFault) -> (amount: Decimal, detail: JSON) {
        var rate = settings.salesTaxPercent
        var detail: JSONObject = [:]
        if let code = fields["TxnTaxDetail"]?["TxnTaxCodeRef"]?["value"]?.stringValue, code != "NON" {
            guard let record = live("TaxCode", code) else { throw .invalidReference("TxnTaxCodeRef", code) }
            rate = taxRate(of: record)
            detail["TxnTaxCodeRef"] = ["value": .string(code)]
        }
        guard !isExempt else { return (0, ["TotalTax": 0]) }
        var amount = (lines.taxable * rate / 100).cents
        if settings.country != "US" {
            amount = lines.taxByCode.reduce(Decimal(0)) { sum, entry in
                sum + (entry.value * (live("TaxCode", entry.key).map { taxRate(of: $0) } ?? 0) / 100).cents
            }
        }
        detail["TotalTax"] = .number(amount)
        if amount != 0 {
            detail["TaxLine"] = [
                [
                    "Amount": .number(amount), "DetailType": "TaxLineDetail",
                    "TaxLineDetail": [
                        "TaxRateRef": ["value": "3"], "PercentBased": true, "TaxPercent": .number(rate),
                        "NetAmountTaxable": .number(lines.taxable),
                    ],
                ]
            ]
        }
        return (amount, .object(detail))
    }

    private func taxRate(of code: EntityRecord) -> Decimal {
        let details = code.fields["SalesTaxRateList"]?["TaxRateDetail"]?.arrayValue ?? []
        return details.reduce(Decimal(0)) { sum, detail in
            let rate = (detail["TaxRateRef"]?["value"]?.stringValue).flatMap { live("TaxRate", $0) }
            return sum + (rate?.fields["RateValue"]?.amount ?? 0)
        }
    }

    // MARK: Stock

    /// Quantities on hand follow what is sold.
    mutating func moveStock(from old: EntityRecord?, to new: EntityRecord?, _ context: WriteContext) {
        var sold: [Int: Decimal] = [:]
        for (record, sign) in [(old, Decimal(-1)), (new, Decimal(1))] {
            for line in record?.fields["Line"]?.arrayValue ?? [] {
                guard let detail = line["SalesItemLineDetail"],
                    let item = detail["ItemRef"]?["value"]?.stringValue.flatMap({ Int($0) })
                else { continue }
                sold[item, default: 0] += sign * (detail["Qty"]?.amount ?? 0)
            }
        }
        for (id, quantity) in sold.sorted(by: { $0.key < $1.key }) where quantity != 0 {
            guard let item = live("Item", id), item.string("Type") == "Inventory" else { continue }
            var changed = item
            changed.fields["QtyOnHand"] = .number((item.fields["QtyOnHand"]?.amount ?? 0) - quantity)
            _ = commit("Item", changed, over: item, operation: "update", context)
        }
    }
}
