import Foundation
import Glibc
import Messaging
import NetworkSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// One outage of the field service, from the time before to the end of the drain.
struct OutageRun {
    let records: Int
    let changes: Int
    let rate: Double
    let limit: Int
    let before: Int

    private static let liveCustomers = 300

    func run(_ report: inout DrillReport) async throws {
        var settings = SystemSettings()
        settings.liftsLimits = true
        for system in NativeSystem.allCases { settings.declarations[system.vendor] = "rate_limit: 10000/10000" }
        try await DrillBed(name: "outage", settings: settings, routed: ["jobber"]).run(&report) { parts, report in
            try await play(parts, &report)
        }
    }

    private func play(_ parts: DrillBed.Parts, _ report: inout DrillReport) async throws {
        let system = parts.system
        let estate = Estate(pool: system.pool, names: BrokerNames(prefix: system.servers.prefix))
        let (customers, live) = try await LinkedCustomers.whileAdaptersAreDown(of: NativeSystem.allCases, system) {
            (
                try await LinkedCustomers.make(records, "Backlog", in: .fsm, system, estate),
                try await LinkedCustomers.make(min(Self.liveCustomers, records), "Live", in: .ledger, system, estate)
            )
        }
        let settling = Settling(
            system: system, vendors: [system.hubspot, system.jobber, system.quickbooks],
            chronicle: Chronicle(client: system.hubspot), requests: [RequestLog(client: system.jobber)])
        let reading = Task { await settling.keepReading() }
        defer { reading.cancel() }
        try await customers.areKnown(to: system)
        // Each record goes through once, so that all that is known of it is known everywhere.
        progress("\(records) records go through once")
        async let liveOnce: Void = live.rename(0..<live.companies.count, perSecond: 20)
        try await customers.rename(0..<records, perSecond: 150)
        try await liveOnce
        try await settling.quiet(within: Settling.patience(for: records))
        try await allow(limit, system)

        let memory = MemoryWatch(system)
        let watch = Task { await memory.run() }
        let traffic = LiveTraffic(live, from: live.companies.count)
        let people = Task { await traffic.run() }
        defer {
            watch.cancel()
            people.cancel()
        }
        var times = OutageTimes(calm: Self.now)
        progress("\(before) s before the outage")
        try await Task.sleep(for: .seconds(before))
        let memoryBefore = await memory.takePeaks()
        var loads = [Self.load]
        times.begin = Self.now
        progress("the field service is away; \(changes) changes in \(Int(Double(changes) / rate)) s")
        parts.links["jobber"]?.setRefusing(true)
        parts.links["jobber"]?.cut()
        try await customers.rename(records..<records + changes, perSecond: rate)
        try await awaitBacklog(system)
        times.end = Self.now
        loads.append(Self.load)
        progress("the field service is back")
        parts.links["jobber"]?.setRefusing(false)
        try await drained(customers, settling)
        times.drained = Self.now
        loads.append(Self.load)
        let memoryAfter = await memory.takePeaks()
        // The machine may have become slower or quicker meanwhile: then it is so afterwards, too.
        progress("\(before) s after it")
        try await Task.sleep(for: .seconds(before))
        times.after = Self.now
        loads.append(Self.load)
        people.cancel()
        await people.value
        try await settling.quiet(within: Settling.patience(for: records))
        let judgement = OutageJudgement(
            customers: customers, last: records..<records + changes, live: traffic, times: times, limit: limit)
        try await judgement.judge(settling, memoryBefore, memoryAfter, &report)
        report.remarks.append(
            "the load of this machine before, at the end of the outage, at the end of the drain, and after it: "
                + loads.joined(separator: ", "))
    }

    /// How many processes wanted a processor within the last minute, others' too.
    private static var load: String {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return text.split(separator: " ").first.map(String.init) ?? "unknown"
    }

    /// The adapter takes the limit from its declaration at its start.
    private func allow(_ limit: Int, _ system: RunningSystem) async throws {
        let file = system.folder.appending(path: "connections/jobber.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("rate_limit: 10000/10000", with: "rate_limit: \(limit)/\(limit)")
        try Data(text.utf8).write(to: file)
        try await system.kill(.fsmAdapter, by: SIGTERM)
        try await system.restart(.fsmAdapter)
    }

    /// All changes have come as far as they can: as work for the field service.
    private func awaitBacklog(_ system: RunningSystem) async throws {
        try await eventually("all changes are work for the field service", within: .seconds(300)) {
            let rows = try await system.pool.query(
                """
                select (select count(*) from work where connection = 'jobber' and state = 'ready'),
                    (select count(*) from message where status < 2)
                """)
            return try rows[0][0, as: Int.self] == records && rows[0][1, as: Int.self] < 200
        }
    }

    /// Waits until the history of the field service shows each record's newest name.
    private func drained(_ customers: LinkedCustomers, _ settling: Settling) async throws {
        let wanted = OutageJudgement.newest(customers, records..<records + changes)
        try await eventually("each record has its newest name", within: .seconds(600 + records / limit * 6)) {
            let states = await settling.chronicle.states
            return wanted.allSatisfy { id, name in
                states.record(.fsm, "Client", id)?.text("companyName") == name
            }
        }
    }

    private static var now: Int { Int(Date.now.timeIntervalSince1970 * 1e9) }
}

/// When the parts of an outage began, by the computer's clock in nanoseconds.
struct OutageTimes: Sendable {
    let calm: Int
    var begin = 0
    var end = 0
    var drained = 0
    var after = 0
}
