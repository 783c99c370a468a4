import CanonicalModel
import Foundation
import Messaging
import Postgres
import SyncCore
import SyncStore

/// Customers that are known in several systems, written straight into the tables: what an earlier sync would have left.
struct Estate {
    static let size = 5000

    let pool: PostgresPool

    /// A record with the connections in which it has an object.
    struct Customer: Sendable {
        var id: CanonicalID
        var places: [LinkKey]
    }

    /// Declares a connection of each role, with what its adapter says of customers.
    func declareConnections() async throws {
        let owned: Set<FieldName> = ["name", "legal_name", "phone", "email", "billing_address"]
        for (name, role, writes) in [
            ("hubspot", Role.crm, ["balance", "billing_terms", "last_service_at"]),
            ("jobber", .fsm, ["name", "kind", "billing_address"]), ("quickbooks", .ledger, owned),
        ] {
            let customer = EntityCapability(
                .customer, nativeType: "customer", originates: true, creates: role != .crm, writes: writes,
                reads: owned, keepsExternalID: true, createGuarantee: .notApplicable)
            let capabilities = ConnectionCapabilities(
                connection: ConnectionID(name), role: role, entities: [customer])
            try await pool.run(
                Connections.declare(
                    .init(capabilities: capabilities, vendor: name, account: name, baseURL: "http://127.0.0.1")))
        }
    }

    /// What is known of each customer beforehand.
    private static let fields: [FieldName: FieldValue] = [
        "name": .text("Customer"), "legal_name": .text("Customer Incorporated"), "phone": .text("+12175550143"),
        "email": .text("jane.customer@example.com"),
        "billing_address": .address(
            PostalAddress(
                line1: "12 Long Street", city: "Springfield", region: "IL", postalCode: "62704", country: "US")),
    ]

    /// Customers with an object in each of the three systems.
    func linkedCustomers() async throws -> [Customer] {
        try await link(
            (0..<Self.size).map { number in
                ["hubspot", "jobber", "quickbooks"].map { connection in
                    LinkKey(
                        connection: ConnectionID(connection),
                        native: NativeReference(type: "customer", id: "\(connection)-\(number)"), entity: .customer)
                }
            }, fields: Self.fields)
    }

    /// Writes a record for each group of objects.
    ///
    /// - Parameter fields: what is known of each.
    func link(_ groups: [[LinkKey]], fields: [FieldName: FieldValue]) async throws -> [Customer] {
        let now = Self.now
        let customers = groups.map { Customer(id: IDSource.random.next(now), places: $0) }
        for start in stride(from: 0, to: customers.count, by: 1000) {
            let some = customers[start..<min(start + 1000, customers.count)]
            let records = some.map { customer in
                let owner = Provenance(
                    source: .connection(customer.places[0].connection, .crm), changedAt: now, event: customer.id)
                return RecordState(
                    id: customer.id, entity: .customer, version: 1,
                    fields: fields.mapValues { FieldState(value: $0, provenance: owner) },
                    wanted: Set(customer.places.map(\.connection)))
            }
            let links = some.flatMap { customer in
                customer.places.map { Link(id: IDSource.random.next(now), $0, record: customer.id) }
            }
            try await pool.run([try Records.insert(records), IdentityMap.insert(links).discarded])
        }
        return customers
    }

    /// Events of the CRM, each with a new name, and their rows: as an adapter writes and publishes them.
    func renames(of customers: [Customer], count: Int, names: BrokerNames) async throws -> [OutgoingMessage] {
        let now = Self.now
        let messages = try (0..<count).map { number in
            let customer = customers[number % customers.count]
            let place = customer.places[0]
            // Each change is later than the one before it: of two with one time, the later reading would hold.
            let changedAt = Instant(microseconds: now.microseconds + Int64(number))
            let event = CanonicalEvent(
                id: IDSource.random.next(now), entity: .customer, change: .updated, connection: place.connection,
                role: .crm, native: place.native, externalID: customer.id,
                fields: ["name": .set(.text("Customer \(number)"))],
                changedAt: changedAt, observedAt: now, context: MessageContext(correlation: IDSource.random.next(now)))
            return StoredMessage(
                id: event.id, queue: names.routerEvents, exchange: names.events, routingKey: "crm.customer.updated",
                body: try EventCoding.encode(event, schema: .current), context: event.context)
        }
        for start in stride(from: 0, to: messages.count, by: 1000) {
            try await pool.run([
                MessageTable.insert(Array(messages[start..<min(start + 1000, messages.count)]), lease: .seconds(3600))
            ])
        }
        return messages.map { message in
            OutgoingMessage(
                id: message.id.description, exchange: message.exchange, routingKey: message.routingKey,
                body: message.body)
        }
    }

    private static var now: Instant {
        Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
