import CanonicalModel
import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import SyncCore
import SyncStore
import SystemSupport

/// Customers that all three systems know, linked as an earlier sync would have left them.
struct LetterEstate: Sendable {
    /// A customer with its objects.
    struct Customer: Sendable {
        var record: CanonicalID
        var company: String
        var client: String
        var ledger: String
    }

    /// The second account of the CRM, about whose customers events come before its adapter has declared it.
    static let second = ConnectionID("hubspot-west")

    let system: RunningSystem
    let plan: LetterPlan
    private(set) var customers: [Customer] = []

    init(system: RunningSystem, plan: LetterPlan) {
        self.system = system
        self.plan = plan
    }

    static var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }

    /// Makes the objects, the records and the links; then the adapters read everything once.
    mutating func make() async throws {
        for start in stride(from: 0, to: plan.customers, by: 1000) {
            let numbers = Array(start..<min(start + 1000, plan.customers))
            async let companies = seed(system.hubspot, numbers) { [plan] number in
                ["type": "companies", "properties": ["name": .string(plan.name(number))]]
            }
            async let clients = seed(system.jobber, numbers) { [plan] number in
                ["type": "Client", "fields": ["companyName": .string(plan.name(number)), "isCompany": true]]
            }
            async let ledgers = seed(system.quickbooks, numbers) { [plan] number in
                [
                    "type": "Customer",
                    "fields": [
                        "DisplayName": .string(plan.name(number)), "CompanyName": .string(plan.legalName(number)),
                    ],
                ]
            }
            let ids = try await (companies, clients, ledgers)
            guard ids.0.count == numbers.count, ids.1.count == numbers.count, ids.2.count == numbers.count else {
                throw DrillFailure("the vendors took only a part of \(numbers.count) customers")
            }
            let made = numbers.indices.map { index in
                Customer(
                    record: IDSource.random.next(Self.now), company: ids.0[index], client: ids.1[index],
                    ledger: ids.2[index])
            }
            try await link(made, numbers)
            customers += made
        }
    }

    /// Has the adapters read every object, so that what each system shows is known.
    func readAll() async throws {
        for start in stride(from: 0, to: customers.count, by: 1000) {
            let some = customers[start..<min(start + 1000, customers.count)]
            let now = Self.now
            let marks = some.flatMap { customer in
                keys(of: customer, isSecond: false).map { key in
                    DirtyTable.Mark(
                        key.native, in: key.connection, correlation: IDSource.random.next(now), hintedAt: now)
                }
            }
            try await system.pool.run(DirtyTable.mark(marks))
        }
    }

    /// The records of some customers, as they are now.
    func records(_ range: Range<Int>, in transaction: PostgresTransaction) async throws -> [RecordState] {
        let found = try await transaction.run(Records.lock(customers[range].map(\.record)))
        let known = Dictionary(found.records.map { ($0.id, $0) }) { first, _ in first }
        return try customers[range].map { customer in
            guard let record = known[customer.record] else { throw DrillFailure("record \(customer.record) is gone") }
            return record
        }
    }

    private func link(_ made: [Customer], _ numbers: [Int]) async throws {
        let now = Self.now
        var records: [RecordState] = []
        var links: [Link] = []
        for (customer, number) in zip(made, numbers) {
            let isSecond = plan.eventRange.contains(number)
            let keys = keys(of: customer, isSecond: isSecond)
            let sales = Provenance(
                source: .connection(keys[0].connection, .crm), changedAt: now, event: customer.record)
            let ledger = Provenance(
                source: .connection(ConnectionID("quickbooks"), .ledger), changedAt: now, event: customer.record)
            let fields: [FieldName: FieldState] = [
                "name": FieldState(value: .text(plan.name(number)), provenance: sales),
                "legal_name": FieldState(value: .text(plan.legalName(number)), provenance: sales),
                "kind": FieldState(value: .choice("company"), provenance: sales),
                "balance": FieldState(value: .money(.zero(.usd)), provenance: ledger),
            ]
            records.append(
                RecordState(
                    id: customer.record, entity: .customer, version: 1, fields: fields,
                    wanted: Set(keys.map(\.connection))))
            links += keys.map { Link(id: IDSource.random.next(now), $0, record: customer.record) }
        }
        try await system.pool.run([try Records.insert(records), IdentityMap.insert(links).discarded])
    }

    func keys(of customer: Customer, isSecond: Bool) -> [LinkKey] {
        [
            (isSecond ? Self.second.name : "hubspot", "company", customer.company),
            ("jobber", "client", customer.client),
            ("quickbooks", "Customer", customer.ledger),
        ].map { connection, type, id in
            LinkKey(
                connection: ConnectionID(connection), native: NativeReference(type: type, id: id), entity: .customer)
        }
    }

    private func seed(
        _ vendor: SandboxClient, _ numbers: [Int], _ record: (Int) -> JSON
    ) async throws -> [String] {
        let answer = try await vendor.control("POST", "seed", ["records": .array(numbers.map(record))])
        return answer["ids"]?.arrayValue?.compactMap { $0.stringValue ?? $0.intValue.map(String.init) } ?? []
    }
}

/// Something stood in the way of the drill itself, in words.
struct DrillFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
