import CanonicalModel
import Glibc
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// Companies of the CRM that are linked with objects of another system, and the people who rename them.
struct LinkedCustomers: Sendable {
    /// What begins each of their names, so that groups are told apart.
    let word: String
    /// Where the names go.
    let target: NativeSystem
    /// The ids in the CRM.
    let companies: [String]
    /// The ids in the target, in the same order.
    let targets: [String]
    private let hubspot: SandboxClient

    /// Makes them, while the adapters that could find one half of a pair are down.
    static func make(
        _ count: Int, _ word: String, in target: NativeSystem, _ system: RunningSystem, _ estate: Estate
    ) async throws -> LinkedCustomers {
        let (type, native): (String, String) =
            target == .fsm ? ("Client", "client") : ("Customer", "Customer")
        var companies: [String] = []
        var targets: [String] = []
        for start in stride(from: 0, to: count, by: 1000) {
            let numbers = start..<min(start + 1000, count)
            companies += try await Seeding.seed(
                system.hubspot,
                numbers.map { ["type": "companies", "properties": ["name": .string("\(word) \($0)")]] })
            targets += try await Seeding.seed(
                target.client(of: system),
                numbers.map { number in
                    let name = JSON.string("\(word) \(number)")
                    return [
                        "type": .string(type),
                        "fields": target == .fsm
                            ? ["companyName": name, "isCompany": true] : ["DisplayName": name],
                    ]
                })
        }
        let connections = [ConnectionID("hubspot"), ConnectionID(target.vendor)]
        let records = try await estate.records(
            .customer, companies.indices.map { ["name": .text("\(word) \($0)")] }, wantedAt: Set(connections))
        let places = companies.indices.map { place in
            [
                Seeding.key(connections[0], "company", companies[place]),
                Seeding.key(connections[1], native, targets[place]),
            ]
        }
        try await estate.link(zip(records, places).map { (record: $0, places: $1) })
        try await estate.read(places.flatMap { $0 })
        return LinkedCustomers(
            word: word, target: target, companies: companies, targets: targets, hubspot: system.hubspot)
    }

    /// Stops the adapters of some systems while the body runs.
    static func whileAdaptersAreDown<Result: Sendable>(
        of systems: [NativeSystem], _ system: RunningSystem, _ body: () async throws -> Result
    ) async throws -> Result {
        for one in systems { try await system.kill(one.adapter, by: SIGTERM) }
        let result = try await body()
        for one in systems { try await system.restart(one.adapter) }
        return result
    }

    /// Waits until the adapters have read all of them: else people's changes would come together with thousands of others.
    func areKnown(to system: RunningSystem) async throws {
        for vendor in ["hubspot", target.vendor] {
            try await eventually(
                "\(vendor) has told all of \(companies.count)", within: .seconds(120 + companies.count / 20)
            ) {
                let rows = try await system.pool.query(
                    """
                    select count(*) from shadow s join link l using (connection, native_type, native_id, entity)
                    where s.connection = \(vendor) and s.entity = 'customer'
                    """)
                return try rows[0][0, as: Int.self] >= companies.count
            }
        }
    }

    /// The name that a change with a number gives.
    func name(_ number: Int) -> String { "\(word) \(number % companies.count) n\(number)" }

    /// Whether a change of the target's history gives a name to one of them; the name.
    func name(in change: NativeChange) -> String? {
        let field = target == .fsm ? "companyName" : "DisplayName"
        guard change.system == target, change.isOurs, let name = change.fields[field]?.stringValue,
            name.hasPrefix(word + " ")
        else { return nil }
        return name
    }

    /// People rename, at an even pace, as the numbers say: each company in its turn, up to twenty portions a second.
    func rename(_ numbers: Range<Int>, perSecond: Double) async throws {
        let portion = max(Int(perSecond / 20), 1)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: portion) {
                let seconds = Double(first - numbers.lowerBound) / perSecond
                let due = start + .microseconds(Int64(seconds * 1_000_000))
                if due > .now { try await Task.sleep(until: due, tolerance: .zero) }
                group.addTask { try await rename(first..<min(first + portion, numbers.upperBound)) }
            }
            try await group.waitForAll()
        }
    }

    /// Renames at once, as people do it.
    func rename(_ numbers: Range<Int>) async throws {
        let actions = numbers.map { number -> JSON in
            [
                "action": "update", "type": "companies", "id": .string(companies[number % companies.count]),
                "properties": ["name": .string(name(number))],
            ]
        }
        try await hubspot.control("POST", "act", ["user": "maria", "actions": .array(actions)])
    }
}
