public import CanonicalModel

/// What a completed job bills: pure (R6.6, R6.8).
///
/// The approved lines at the approved prices are the amount. Hours and parts are billed by themselves only for a job that
/// nobody approved lines for (time and material); else they stand below the lines as words, for what the crew added on
/// site is an amendment that somebody approves first.
public enum InvoiceContent {
    /// The fields of the invoice.
    ///
    /// - Parameters:
    ///   - laborRate: what an hour of a time-and-material job costs.
    ///   - day: the posting date.
    public static func fields(job: RecordState, laborRate: Money, day: BusinessDate) -> Patch {
        var lines = approvedLines(of: job)
        if lines.isEmpty {
            lines = timeAndMaterial(of: job, laborRate: laborRate)
        } else {
            lines += remarks(of: job, currency: laborRate.currency)
        }
        let currency = lines.first?.amount.currency ?? laborRate.currency
        let total = lines.reduce(Money.zero(currency)) { sum, line in sum.adding(line.amount) ?? sum }
        var fields: Patch = [
            "job": .set(.reference(.canonical(job.id))),
            "issued_on": .set(.date(day)),
            "lines": .set(.lines(lines)),
            "subtotal": .set(.money(total)),
        ]
        for field in ["customer", "site", "estimate"] as [FieldName] {
            if let value = job[field] { fields[field] = .set(value) }
        }
        if let number = job["number"] { fields["job_reference"] = .set(number) }
        if let title = job["title"] { fields["memo"] = .set(title) }
        if let hours = job["labor_hours"] { fields["billed_hours"] = .set(hours) }
        return fields
    }

    private static func approvedLines(of job: RecordState) -> [LineItem] {
        if case .lines(let lines) = job["lines"] { lines } else { [] }
    }

    private static func timeAndMaterial(of job: RecordState, laborRate: Money) -> [LineItem] {
        var lines: [LineItem] = []
        if case .quantity(let hours) = job["labor_hours"], hours > Quantity(0) {
            lines.append(
                LineItem(key: "labor", kind: .labor, description: "Labor", quantity: hours, unitPrice: laborRate))
        }
        if case .lines(let parts) = job["parts_used"] { lines += parts }
        return lines
    }

    private static func remarks(of job: RecordState, currency: CurrencyCode) -> [LineItem] {
        var words: [String] = []
        if case .quantity(let hours) = job["labor_hours"], hours > Quantity(0) {
            words.append("Hours worked: \(hours)")
        }
        if case .lines(let parts) = job["parts_used"], !parts.isEmpty {
            words.append("Parts used: " + parts.map { "\($0.quantity) × \($0.description)" }.joined(separator: ", "))
        }
        return words.enumerated().map { position, text in
            LineItem(
                key: "remark-\(position + 1)", kind: .text, description: text, quantity: Quantity(0),
                unitPrice: .zero(currency))
        }
    }
}
