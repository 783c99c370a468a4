import Foundation
import SandboxKit

extension Company {
    /// One part of a payment: how much of it goes to, or comes from, which transaction.
    private struct Application {
        let kind: String
        let id: Int
        let amount: Decimal
    }

    private static func applications(_ fields: JSONObject) -> [Application] {
        (fields["Line"]?.arrayValue ?? []).flatMap { line -> [Application] in
            guard let amount = line["Amount"]?.amount else { return [] }
            return (line["LinkedTxn"]?.arrayValue ?? []).compactMap { link in
                guard let kind = link["TxnType"]?.stringValue, let id = link["TxnId"]?.stringValue.flatMap({ Int($0) })
                else { return nil }
                return Application(kind: kind, id: id, amount: amount.cents)
            }
        }
    }

    /// The rules of a payment: what it is applied to must be the customer's, open, and no more than is owed.
    mutating func preparePayment(_ fields: inout JSONObject, old: EntityRecord?, _ context: WriteContext)
        throws(QuickBooksFault)
    {
        guard let customer = fields["CustomerRef"]?["value"]?.stringValue else { throw .missing("CustomerRef") }
        guard let total = fields["TotalAmt"]?.amount else { throw .missing("TotalAmt") }
        guard total >= 0 else { throw .business("TotalAmt must not be negative") }
        try check("CustomerRef", of: "Customer", in: &fields)
        try check("PaymentMethodRef", of: "PaymentMethod", in: &fields)
        try check("DepositToAccountRef", of: "Account", in: &fields)
        try checkCurrency(&fields)
        if fields["TxnDate"] == nil { fields["TxnDate"] = .string(date(context.now)) }
        if fields["ProcessPayment"] == nil { fields["ProcessPayment"] = false }
        var lines: [JSON] = []
        for line in fields["Line"]?.arrayValue ?? [] {
            guard var object = line.objectValue, let amount = object["Amount"]?.amount else {
                throw .missing("Line.Amount")
            }
            guard let links = object["LinkedTxn"]?.arrayValue, !links.isEmpty else { throw .missing("Line.LinkedTxn") }
            object["Amount"] = .number(amount.cents)
            lines.append(.object(object))
        }
        fields["Line"] = .array(lines)
        let before = Self.applications(old?.fields ?? JSONObject())
        var applied = Decimal(0)
        for application in Self.applications(fields) {
            guard ["Invoice", "CreditMemo"].contains(application.kind),
                let target = live(application.kind, application.id)
            else {
                throw .invalidReference("LinkedTxn", String(application.id))
            }
            guard isWithin(target.reference("CustomerRef"), family: customer) else {
                throw .business("\(application.kind) \(application.id) belongs to another customer")
            }
            let mine = before.filter { $0.kind == application.kind && $0.id == application.id }.reduce(Decimal(0)) {
                $0 + $1.amount
            }
            let open =
                (target.fields[application.kind == "Invoice" ? "Balance" : "RemainingCredit"]?.amount ?? 0) + mine
            guard application.amount <= open else {
                throw .business(
                    "The amount \(application.amount) is more than is open on \(application.kind) \(application.id) (\(open))"
                )
            }
            applied += application.kind == "Invoice" ? application.amount : -application.amount
        }
        guard applied <= total else {
            throw .business("The amounts applied (\(applied)) are more than the payment (\(total))")
        }
        fields["TotalAmt"] = .number(total.cents)
        fields["UnappliedAmt"] = .number((total - max(0, applied)).cents)
    }

    /// Whether a customer is another, above it or below it.
    private func isWithin(_ customer: String?, family other: String) -> Bool {
        guard let customer else { return false }
        if customer == other { return true }
        let (one, two) = (Int(customer) ?? 0, Int(other) ?? 0)
        return children[one]?.contains(two) ?? false || children[two]?.contains(one) ?? false
    }

    /// Brings the balances of what a payment was and is applied to up to date.
    mutating func reapply(payment: EntityRecord, over old: EntityRecord?, _ context: WriteContext) {
        let now = payment.isDeleted ? [] : Self.applications(payment.fields)
        let touched = Set(
            (now + Self.applications(old?.fields ?? JSONObject())).map { SaleReference(kind: $0.kind, id: $0.id) })
        for target in touched.sorted(by: { $0.id < $1.id }) {
            guard let record = live(target.kind, target.id) else { continue }
            var changed = record
            let total = record.fields["TotalAmt"]?.amount ?? 0
            let applied = target.kind == "Invoice" ? payments(on: target.id) : appliedCredit(target.id)
            let open = total - applied - (record.fields["Deposit"]?.amount ?? 0)
            changed.fields["Balance"] = .number(open)
            if target.kind == "CreditMemo" { changed.fields["RemainingCredit"] = .number(open) }
            let others = (record.fields["LinkedTxn"]?.arrayValue ?? []).filter {
                $0["TxnType"]?.stringValue != "Payment" || $0["TxnId"]?.stringValue != String(payment.id)
            }
            let isLinked = now.contains { $0.kind == target.kind && $0.id == target.id }
            let link: [JSON] = isLinked ? [["TxnId": .string(String(payment.id)), "TxnType": "Payment"]] : []
            changed.fields["LinkedTxn"] = .array(others + link)
            _ = commit(target.kind, changed, over: record, operation: "update", context)
        }
    }

    /// What payments have paid on an invoice.
    func payments(on invoice: Int) -> Decimal { applied("Invoice", invoice) }

    /// What payments have used of a credit memo.
    func appliedCredit(_ memo: Int) -> Decimal { applied("CreditMemo", memo) }

    private func applied(_ kind: String, _ id: Int) -> Decimal {
        let links = live(kind, id)?.fields["LinkedTxn"]?.arrayValue ?? []
        var ids = Set(
            links.filter { $0["TxnType"]?.stringValue == "Payment" }.compactMap {
                $0["TxnId"]?.stringValue.flatMap { Int($0) }
            })
        // A payment that is being committed is not yet linked from the other side.
        if let customer = live(kind, id)?.reference("CustomerRef").flatMap({ Int($0) }) {
            let family =
                [customer] + (children[customer] ?? [])
                + ancestors(of: live("Customer", customer)?.reference("ParentRef"))
            for member in family {
                ids.formUnion((salesByCustomer[member] ?? []).filter { $0.kind == "Payment" }.map(\.id))
            }
        }
        return ids.reduce(Decimal(0)) { sum, payment in
            guard let record = live("Payment", payment) else { return sum }
            return sum
                + Self.applications(record.fields).filter { $0.kind == kind && $0.id == id }.reduce(Decimal(0)) {
                    $0 + $1.amount
                }
        }
    }

    /// Loosens a transaction that goes away from the payments and invoices around it.
    mutating func detach(_ kind: String, _ record: EntityRecord, _ context: WriteContext) {
        guard kind == "Invoice" || kind == "CreditMemo" else { return }
        let links = record.fields["LinkedTxn"]?.arrayValue ?? []
        for link in links where link["TxnType"]?.stringValue == "Payment" {
            guard let payment = (link["TxnId"]?.stringValue).flatMap({ live("Payment", $0) }) else { continue }
            var changed = payment
            let lines = (payment.fields["Line"]?.arrayValue ?? []).filter { line in
                !(line["LinkedTxn"]?.arrayValue ?? []).contains {
                    $0["TxnType"]?.stringValue == kind && $0["TxnId"]?.stringValue == String(record.id)
                }
            }
            changed.fields["Line"] = .array(lines)
            let applied = Self.applications(changed.fields).reduce(Decimal(0)) {
                $0 + ($1.kind == "Invoice" ? $1.amount : -$1.amount)
            }
            changed.fields["UnappliedAmt"] = .number((payment.fields["TotalAmt"]?.amount ?? 0) - max(0, applied))
            _ = commit("Payment", changed, over: payment, operation: "update", context)
        }
    }
}
