import CanonicalModel

/// What others show of an invoice.
extension RouteBatch {
    /// The job shows its current invoice; job, estimate and customer keep a reference that is written once (R6.2 to R6.4).
    mutating func showInvoice(by change: RecordChange) {
        let invoice = change.record
        refer(to: invoice, event: change.event)
        guard let jobID = invoice.reference("job").map(set.current) else { return }
        guard isFamilyKnown(jobID), loaded(jobID) != nil else { return }
        var siblings = set.children[.init(parent: jobID, entity: .invoice)] ?? []
        siblings.insert(invoice.id)
        let invoices = siblings.sorted().compactMap { $0 == invoice.id ? invoice : loaded($0) }
        guard invoices.count == siblings.count else { return }
        apply(InvoiceRollUp.fields(invoices: invoices), to: jobID, event: change.event)
    }

    private mutating func refer(to invoice: RecordState, event: CanonicalEvent) {
        guard case .text(let number) = invoice["number"], !number.isEmpty else { return }
        for field in ["job", "estimate", "customer"] as [FieldName] {
            guard let record = invoice.reference(field).map(set.current) else { continue }
            add(
                RouteOutput.InvoiceReference(
                    record: record, invoice: invoice.id, connection: event.connection, number: number,
                    isVoid: InvoiceRollUp.isVoid(invoice)))
        }
    }
}
