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
        // Ids are ordered by time of making.
        let ordered = invoices.sorted { $0.id < $1.id }
        var fields: Patch = [
            "invoices": .set(.references(ordered.map { .canonical($0.id) }))
        ]
        guard let current = ordered.last(where: { !isVoid($0) }) ?? ordered.last else { return fields }
        for (field, source) in slots { fields[field] = current[source].map(PatchValue.set) ?? .clear }
        return fields
    }

    /// Whether the ledger has made an invoice void.
    public static func isVoid(_ invoice: RecordState) -> Bool { invoice["status"] == .choice("void") }

    private static let slots: [(FieldName, FieldName)] = [
        ("invoice_number", "number"), ("invoice_status", "status"), ("invoice_total", "total"),
        ("invoice_balance", "balance"), ("invoice_due_on", "due_on"),
    ]
}
