public import CanonicalModel
internal import Postgres
public import SyncCore

/// References to invoices: each is written once (R6.4); a void one stays, marked (R25.11).
public enum InvoiceReferences {
    /// Writes references.
    ///
    /// One that is there already keeps its number for good; only its state may become void.
    ///
    /// - Returns: the references whose invoice has another number now than the one that was written: conflicts.
    public static func write(
        _ references: [RouteOutput.InvoiceReference]
    ) -> Statement<[(record: CanonicalID, invoice: CanonicalID, number: String)]> {
        struct Key: Hashable {
            var record: CanonicalID
            var invoice: CanonicalID
        }
        var last: [Key: RouteOutput.InvoiceReference] = [:]
        for reference in references { last[Key(record: reference.record, invoice: reference.invoice)] = reference }
        let references = last.values.sorted { ($0.record, $0.invoice) < ($1.record, $1.invoice) }
        return Statement(
            """
            with given as materialized (
                select * from unnest(
                    \(references.map(\.record)), \(references.map(\.invoice)), \(references.map(\.connection)),
                    \(references.map(\.number)), \(references.map { $0.isVoid ? "void" : "posted" })
                ) as g(record, invoice, connection, number, state)
            ), written as (
                insert into invoice_reference (record, invoice, connection, number, state) select * from given
                on conflict (record, invoice) do update set state = excluded.state
                    where invoice_reference.state = 'posted' and excluded.state = 'void'
            )
            select g.record, g.invoice, r.number from given g join invoice_reference r using (record, invoice)
            where r.number <> g.number
            """
        ) { result in
            try result.map { row in
                (
                    try row[0, as: CanonicalID.self], try row[1, as: CanonicalID.self], try row[2, as: String.self]
                )
            }
        }
    }
}
