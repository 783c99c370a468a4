import CanonicalModel

/// What others show of an invoice.
extension RouteBatch {
    /// The job shows its current invoice; job, estimate and customer keep a reference that is written once (R6.2 to R6.4).
    mutating func showInvoice(by change: RecordChange) {
        let invoice = change.record
        refer(to: invoice, at: change.event.connection)
        guard let jobID = invoice.reference("job").map(set.current) else { return }
        guard isFamilyKnown(jobID), loaded(jobID) != nil else { return }
        var siblings = set.children[.init(parent: jobID, entity: .invoice)] ?? []
        siblings.insert(invoice.id)
        let invoices = siblings.sorted().compactMap { $0 == invoice.id ? invoice : loaded($0) }
        guard invoices.count == siblings.count else { return }
        apply(InvoiceRollUp.fields(invoices: invoices), to: jobID, event: change.event)
    }

    /// A job that gets its invoice by an effect shows what the ledger has said of it already: after a backup was restored,
    /// the invoice may have been read first, and nothing may ever change there again.
    mutating func showInvoices(at job: inout RecordChange) {
        let ids = set.children[.init(parent: job.record.id, entity: .invoice)] ?? []
        let invoices = ids.sorted().compactMap { loaded($0) }
        guard invoices.count == ids.count, invoices.contains(where: { $0["number"] != nil }) else { return }
        for invoice in invoices {
            refer(to: invoice, at: invoice.fields["number"]?.provenance.connection ?? job.event.connection)
        }
        let provenance = Provenance(source: .effect, changedAt: job.event.changedAt, event: job.event.id)
        for (field, value) in InvoiceRollUp.fields(invoices: invoices) {
            job.set(field, to: value.value, provenance: provenance)
        }
    }

    private mutating func refer(to invoice: RecordState, at connection: ConnectionID) {
        guard case .text(let number) = invoice["number"], !number.isEmpty else { return }
        for field in ["job", "estimate", "customer"] as [FieldName] {
            guard let record = invoice.reference(field).map(set.current) else { continue }
            add(
                RouteOutput.InvoiceReference(
                    record: record, invoice: invoice.id, connection: connection, number: number,
                    isVoid: InvoiceRollUp.isVoid(invoice)))
        }
    }
}
