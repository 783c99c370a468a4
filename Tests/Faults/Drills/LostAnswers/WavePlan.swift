import CanonicalModel
import SandboxKit
import SyncCore

/// Makes the waves of one vendor, each of which may refer to the records of an earlier one.
struct WavePlan {
    let estate: Estate
    let connector: NativeSystem
    let count: Int

    private var connection: ConnectionID { ConnectionID(connector.vendor) }
    private var part: Int { max(count / 10, 1) }

    /// A wave by its place; nil behind the last.
    func wave(_ place: Int, after earlier: [Wave]) async throws -> Wave? {
        switch (connector, place) {
        case (.fsm, 0): try await clients()
        case (.fsm, 1): try await properties(of: customers(earlier))
        case (.fsm, 2): try await jobs(of: customers(earlier), at: earlier[1].commands.map(\.record))
        case (.ledger, 0): try await debtors()
        case (.ledger, 1): try await invoices(of: customers(earlier))
        default: nil
        }
    }

    private func customers(_ earlier: [Wave]) -> [CanonicalID] { earlier[0].commands.map(\.record) }

    private func clients() async throws -> Wave {
        try await wave(
            "clients", .customer, "Client", graphQL("CreateClient"), lookUp: "FindClient",
            (0..<count).map { (text: "Client \($0) c", fields: ["name": .text("Client \($0) c")]) })
    }

    private func properties(of customers: [CanonicalID]) async throws -> Wave {
        try await wave(
            "properties", .site, "Property", graphQL("CreateProperty"), lookUp: "FindProperty",
            customers.prefix(part).enumerated().map { number, customer in
                let name = "Property \(number) p"
                return (
                    text: name,
                    fields: [
                        "customer": .reference(.canonical(customer)), "name": .text(name),
                        "address": .address(
                            PostalAddress(
                                line1: "\(number) Long Street", city: "Denver", region: "CO", postalCode: "80202",
                                country: "US")),
                    ]
                )
            })
    }

    private func jobs(of customers: [CanonicalID], at sites: [CanonicalID]) async throws -> Wave {
        try await wave(
            "jobs", .job, "Job", graphQL("CreateJob"), lookUp: "FindJob",
            zip(customers, sites).enumerated().map { number, places in
                let title = "Job \(number) j"
                return (
                    text: title,
                    fields: [
                        "customer": .reference(.canonical(places.0)), "site": .reference(.canonical(places.1)),
                        "title": .text(title),
                    ]
                )
            })
    }

    private func debtors() async throws -> Wave {
        try await wave(
            "customers", .customer, "Customer", ["method": "POST", "path": "/v3/company/*/customer"],
            lookUp: "GET /v3/company/*/query", isPrevented: true,
            (0..<count).map { (text: "Customer \($0) d", fields: ["name": .text("Customer \($0) d")]) })
    }

    private func invoices(of customers: [CanonicalID]) async throws -> Wave {
        try await wave(
            "invoices", .invoice, "Invoice", ["method": "POST", "path": "/v3/company/*/invoice"],
            lookUp: "GET /v3/company/*/query", isPrevented: true,
            customers.prefix(part).enumerated().map { number, customer in
                let memo = "Invoice \(number) i"
                let line = LineItem(
                    key: "1", kind: .service, description: "Work", quantity: Quantity(1),
                    unitPrice: Money(minorUnits: 12_500, currency: .usd))
                return (
                    text: memo,
                    fields: [
                        "customer": .reference(.canonical(customer)), "lines": .lines([line]), "memo": .text(memo),
                    ]
                )
            })
    }

    private func wave(
        _ title: String, _ entity: EntityKind, _ type: String, _ requests: SandboxKit.JSONObject, lookUp: String,
        isPrevented: Bool = false, _ content: [(text: String, fields: [FieldName: FieldValue])]
    ) async throws -> Wave {
        let records = try await estate.records(entity, content.map(\.fields), wantedAt: [connection])
        let commands = zip(records, content).map { record, content in
            estate.command(entity, record, at: connection, content.fields, mayCreate: true)
        }
        return Wave(
            title: "\(connector.vendor): \(title)", entity: entity, type: type, requests: requests, lookUp: lookUp,
            wanted: Dictionary(uniqueKeysWithValues: zip(records, content.map(\.text))), commands: commands,
            isPrevented: isPrevented)
    }

    private func graphQL(_ operation: String) -> SandboxKit.JSONObject {
        ["path": "/api/graphql", "contains": .string("mutation \(operation)")]
    }
}
