import CanonicalModel
import Messaging
import Postgres
import SandboxKit
import SyncCore
import SyncStore
import SystemSupport

/// New states of records with the commands that bring them, written in bulk as the router writes them: what the adapters
/// take up, send and are refused.
struct RefusedStates: Sendable {
    let estate: LetterEstate

    private var plan: LetterPlan { estate.plan }
    private var pool: PostgresPool { estate.system.pool }
    private var names: BrokerNames { BrokerNames(prefix: estate.system.servers.prefix) }

    private static let sales = ConnectionID("hubspot")
    private static let service = ConnectionID("jobber")
    private static let ledger = ConnectionID("quickbooks")

    /// The customers whose letters somebody will settle by hand bear our id at the field service already, as after any
    /// earlier write.
    func introduce() async throws {
        let range = plan.superseded..<plan.superseded + plan.applied
        try await change(range) { _, record in [command(for: record, at: Self.service)] }
    }

    /// What each of the three systems refuses.
    func refuse() async throws {
        try await change(0..<plan.refused) { number, record in
            let fresh = provenance(number)
            record.set("name", to: .text(plan.refusedName(number)), provenance: fresh)
            switch number % 5 {
            case 0: record.set("last_service_at", to: .instant(Self.served(number)), provenance: fresh)
            case 1:
                record.set(
                    "balance", to: .money(Money(minorUnits: Int64(100 + number), currency: .usd)), provenance: fresh)
            case let kind:
                let status = LetterPlan.salesStatuses[kind - 2]
                record.set("billing_terms", to: .text("Net \(number) refused-\(status)"), provenance: fresh)
            }
            if plan.hasBadEmail(number) {
                record.set("email", to: .text("nobody-\(number)"), provenance: fresh)
            } else {
                let name = plan.legalName(number) + String(repeating: ", formerly incorporated elsewhere", count: 4)
                record.set("legal_name", to: .text(name), provenance: fresh)
            }
            return [Self.sales, Self.service, Self.ledger].map { command(for: record, at: $0) }
        }
    }

    /// Invoices that the ledger refuses as a whole.
    func bill() async throws {
        for start in stride(from: 0, to: plan.invoices, by: 1000) {
            let now = LetterEstate.now
            var records: [RecordState] = []
            var commands: [SyncCommand] = []
            for invoice in start..<min(start + 1000, plan.invoices) {
                let payer = estate.customers[plan.billedRange.lowerBound + invoice % plan.billed]
                let isClosed = plan.isClosed(invoice)
                let line = LineItem(
                    key: "1", kind: isClosed ? .service : .part, description: "Work \(invoice)", quantity: Quantity(1),
                    unitPrice: Money(minorUnits: Int64(1000 + invoice), currency: .usd))
                let values: [FieldName: FieldValue] = [
                    "customer": .reference(.canonical(payer.record)), "lines": .lines([line]),
                    "issued_on": .date(isClosed ? VendorRefusals.closedDay : VendorRefusals.openDay),
                    "memo": .text(plan.memo(invoice)),
                ]
                let source = Provenance(source: .effect, changedAt: now, event: IDSource.random.next(now))
                let record = RecordState(
                    id: IDSource.random.next(now), entity: .invoice, version: 1,
                    fields: values.mapValues { FieldState(value: $0, provenance: source) }, wanted: [Self.ledger])
                records.append(record)
                var command = command(for: record, at: Self.ledger)
                command.mayCreate = true
                commands.append(command)
            }
            let messages = try commands.map(message)
            try await pool.withTransaction { [records] transaction in
                try await transaction.commit(running: [
                    try Records.insert(records), MessageTable.insert(messages, lease: .zero),
                ])
            }
        }
    }

    /// A newer state of some records that every system takes: their letters are of yesterday then.
    func supersede() async throws {
        try await change(0..<plan.superseded) { number, record in
            let fresh = provenance(number)
            record.set("name", to: .text(plan.newerName(number)), provenance: fresh)
            record.set("email", to: .text(LetterPlan.email), provenance: fresh)
            record.set("legal_name", to: .text(LetterPlan.shortLegalName), provenance: fresh)
            return [Self.service, Self.ledger].map { command(for: record, at: $0) }
        }
    }

    /// When a refused customer was served: the moment that the CRM is to show.
    static func served(_ number: Int) -> Instant { Instant(seconds: 1_790_000_000 + Int64(number) * 61) }

    private func provenance(_ number: Int) -> Provenance {
        let now = LetterEstate.now
        return Provenance(
            source: .connection(Self.sales, .crm), changedAt: now, event: IDSource.random.next(now))
    }

    private func change(
        _ range: Range<Int>, _ body: @escaping @Sendable (Int, inout RecordState) -> [SyncCommand]
    ) async throws {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 1000) {
            let some = start..<min(start + 1000, range.upperBound)
            try await pool.withTransaction { transaction in
                var records = try await estate.records(some, in: transaction)
                var messages: [StoredMessage] = []
                for (number, index) in zip(some, records.indices) {
                    records[index].version += 1
                    messages += try body(number, &records[index]).map(message)
                }
                try await transaction.commit(running: [
                    try Records.save(records), MessageTable.insert(messages, lease: .zero),
                ])
            }
        }
    }

    /// The whole desired state of a record for one connection.
    private func command(for record: RecordState, at connection: ConnectionID) -> SyncCommand {
        let wanted: [FieldName] =
            switch (connection, record.entity) {
            case (Self.sales, _): ["balance", "billing_terms", "last_service_at"]
            case (Self.service, _): ["name", "kind"]
            case (_, .invoice): ["customer", "lines", "issued_on", "memo"]
            default: ["name", "legal_name", "email"]
            }
        var desired: [FieldName: SyncCommand.Desired] = [:]
        for field in wanted {
            if let value = record[field] { desired[field] = .init(.set(value)) }
        }
        let now = LetterEstate.now
        return SyncCommand(
            id: IDSource.random.next(now), connection: connection, entity: record.entity, verb: .upsert,
            record: record.id, version: record.version, desired: desired, policyVersion: 1, changedAt: now,
            context: MessageContext(correlation: IDSource.random.next(now)))
    }

    private func message(_ command: SyncCommand) throws -> StoredMessage {
        let connection = command.connection.name
        return StoredMessage(
            id: command.id, queue: names.commandQueue(of: connection), exchange: names.commands,
            routingKey: "\(connection).\(command.entity.rawValue).upsert",
            body: try CommandCoding.encode(command, schema: .current),
            context: command.context)
    }
}
