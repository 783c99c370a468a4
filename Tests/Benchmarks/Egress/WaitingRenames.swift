import Messaging
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// Companies of HubSpot that were renamed while nobody writes to Jobber.
struct WaitingRenames {
    private let system: RunningSystem
    private let companies: [String]
    private let writes: ChangeHistory
    private var next = 0

    init(system: RunningSystem, companies: [String]) {
        self.system = system
        self.companies = companies
        writes = ChangeHistory(client: system.jobber, type: "Client", property: "companyName")
    }

    /// Renames so many companies, and waits until the commands for Jobber are in its queue.
    ///
    /// - Returns: the new names.
    mutating func wait(_ count: Int) async throws -> [String] {
        let names = (next..<next + count).map { "Waiting \($0)" }
        for start in stride(from: 0, to: count, by: 100) {
            let actions = (start..<min(start + 100, count)).map { number -> JSON in
                let company = companies[(next + number) % companies.count]
                return [
                    "action": "update", "type": "companies", "id": .string(company),
                    "properties": ["name": .string(names[number])],
                ]
            }
            try await system.hubspot.control("POST", "act", ["user": "maria", "actions": .array(actions)])
        }
        next += count
        let queue = BrokerNames(prefix: system.servers.prefix).commandQueue(of: "jobber")
        let limit = ContinuousClock.now + .seconds(240)
        while true {
            let waiting = try await system.pool.query(
                "select count(*) from message where queue = \(queue) and status = 1")[0][0, as: Int.self]
            if waiting >= count { return names }
            guard .now < limit else { throw BenchFailure("\(waiting) of \(count) commands wait in \(queue)") }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Waits until Jobber has all names.
    ///
    /// - Returns: the time of each commit there, in nanoseconds.
    func written(_ names: [String], patience: Duration) async throws -> [Int] {
        let limit = ContinuousClock.now + patience
        while true {
            let written = try await writes.read()
            let times = names.compactMap { written[$0] }
            if times.count == names.count { return times }
            guard .now < limit else {
                throw BenchFailure("\(names.count - times.count) of \(names.count) changes did not arrive")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
