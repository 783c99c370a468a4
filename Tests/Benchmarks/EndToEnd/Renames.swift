import SandboxKit
import SandboxSupport
import SystemSupport

/// People in HubSpot rename companies at a fixed rate, each company at most once a round.
actor Renames {
    private let hubspot: SandboxClient
    private let companies: [String]
    private let changes: ChangeHistory
    private let writes: ChangeHistory
    private var next = 0

    init(system: RunningSystem, companies: [String]) {
        hubspot = system.hubspot
        self.companies = companies
        changes = ChangeHistory(client: system.hubspot, type: "companies", property: "name")
        writes = ChangeHistory(client: system.jobber, type: "Client", property: "companyName")
    }

    /// Renames companies, and waits until Jobber has every new name.
    ///
    /// - Returns: the milliseconds from each commit in HubSpot to that in Jobber.
    func round(count: Int, perSecond: Int, patience: Duration) async throws -> [Double] {
        precondition(count <= companies.count, "a company would be renamed twice")
        let first = next
        next += count
        let names = (first..<first + count).map { "Renamed \($0)" }
        _ = try await Pace(perSecond: perSecond).run(count) { [hubspot, companies] number, _ in
            let company = companies[(first + number) % companies.count]
            try await hubspot.control(
                "POST", "act",
                [
                    "user": "maria",
                    "actions": [
                        [
                            "action": "update", "type": "companies", "id": .string(company),
                            "properties": ["name": .string(names[number])],
                        ]
                    ],
                ])
        }
        let written = try await written(names, patience: patience)
        let changed = try await changes.read()
        return try names.map { name in
            guard let time = changed[name], let arrival = written[name] else {
                throw BenchFailure("the history does not know '\(name)'")
            }
            return Double(arrival - time) / 1e6
        }
    }

    private func written(_ names: [String], patience: Duration) async throws -> [String: Int] {
        let limit = ContinuousClock.now + patience
        while true {
            let written = try await writes.read()
            let missing = names.count { written[$0] == nil }
            if missing == 0 { return written }
            guard .now < limit else {
                throw BenchFailure("\(missing) of \(names.count) changes did not arrive within \(patience)")
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
