public import CanonicalModel

/// What a job shows of its invoices: pure (R6.2, R6.9).
///
/// The current invoice is the newest one that is not void; its number is the one slot that a system shows. All of them,
/// void ones too, stay as references that are written once (R6.4, R25.11).
public enum InvoiceRollUp {
    /// The job's fields after an invoice changed.
    ///
    /// - Parameter invoices: all invoices of the job, the changed one among them, as they are now.
    public static func fields(invoices: [RecordState]) -> Patch {
        let ordered = invoices.sorted { Age($0) < Age($1) }
        var fields: Patch = [
            "invoices": .set(.references(ordered.map { .canonical($0.id) }))
        ]
        guard let current = ordered.last(where: { !isVoid($0) }) ?? ordered.last else { return fields }
        for (field, source) in slots { fields[field] = current[source].map(PatchValue.set) ?? .clear }
        return fields
    }

    /// What tells the newer of two invoices: its day, and its number on the same day; one that has none yet is the newest.
    private struct Age: Comparable {
        private let day: BusinessDate?
        private let number: String?
        private let id: CanonicalID

        init(_ invoice: RecordState) {
            day = if case .date(let day) = invoice["issued_on"] { day } else { nil }
            number = if case .text(let number) = invoice["number"] { number } else { nil }
            id = invoice.id
        }

        static func < (left: Age, right: Age) -> Bool {
            if left.day != right.day {
                guard let first = left.day, let second = right.day else { return left.day != nil }
                return first < second
            }
            if left.number != right.number {
                guard let first = left.number, let second = right.number else { return left.number != nil }
                // 1000 comes after 999.
                return (first.count, first) < (second.count, second)
            }
            return left.id < right.id
        }
    }

    /// Whether the ledger has made an invoice void.
    public static func isVoid(_ invoice: RecordState) -> Bool { invoice["status"] == .choice("void") }

    private static let slots: [(FieldName, FieldName)] = [
        ("invoice_number", "number"), ("invoice_status", "status"), ("invoice_total", "total"),
        ("invoice_balance", "balance"), ("invoice_due_on", "due_on"),
    ]
}
