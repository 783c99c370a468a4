import Foundation
import Glibc
import Messaging
import Postgres
import RabbitMQ
import SandboxKit
import SandboxSupport
import SystemSupport

/// One loss of both servers.
struct LostServersRun {
    let messages: Int
    let rate: Double
    let away: Int

    /// For how many seconds people go on after the servers are back.
    private static let after = 15.0
    /// From the moment in which both servers take connections again.
    private static let readySeconds = 30.0

    func run(_ report: inout DrillReport) async throws {
        var settings = SystemSettings()
        settings.liftsLimits = true
        settings.replicas[.ledgerAdapter] = 0
        for system in [NativeSystem.crm, .fsm] {
            // What no webhook tells in time is found by polls.
            settings.declarations[system.vendor] = "rate_limit: 10000/10000\npoll_interval: 10"
        }
        try await DrillBed(name: "lost-servers", settings: settings).run(&report) { parts, report in
            try await play(parts, &report)
        }
    }

    private func play(_ parts: DrillBed.Parts, _ report: inout DrillReport) async throws {
        let system = parts.system
        let estate = Estate(pool: system.pool, names: BrokerNames(prefix: system.servers.prefix))
        // What waits in the broker, what is not there yet, what comes while the servers are away, and what comes after.
        let count = messages + messages / 2 + Int(rate * (Double(away) + 30 + Self.after))
        let customers = try await LinkedCustomers.whileAdaptersAreDown(of: [.crm, .fsm], system) {
            try await LinkedCustomers.make(count, "Lost", in: .fsm, system, estate)
        }
        for client in [system.hubspot, system.jobber] {
            // A vendor tries a webhook again for hours and days; here it is minutes.
            try await client.control("PATCH", "settings", ["webhookRetryFactor": .number(0.02)])
        }
        let settling = Settling(
            system: system, vendors: [system.hubspot, system.jobber], chronicle: Chronicle(client: system.hubspot),
            requests: [])
        let supervisor = Supervisor(system)
        let background = [Task { await settling.keepReading() }, Task { await supervisor.run() }]
        defer { for task in background { task.cancel() } }

        progress("\(count) customers are there already")
        try await customers.areKnown(to: system)
        try await settling.quiet(within: Settling.patience(for: count))
        // Some go through before, so that all is on its way.
        progress("\(Int(rate)) changes a second")
        let warmUp = min(Int(rate * 5), messages / 4)
        try await customers.rename(0..<warmUp, perSecond: rate)
        system.send(SIGSTOP, to: .router)
        let started = Self.now
        let work = People(customers, from: warmUp, perSecond: rate)
        let people = Task { try await work.run() }
        defer { people.cancel() }
        let waiting = try await pileUp(system)
        let lost = Self.now
        progress("\(waiting) confirmed messages wait in the broker; it loses its data, and the database is killed")
        async let database: Void = parts.postgres.crash()
        await parts.broker.crash()
        try await database
        try parts.broker.wipe()
        system.send(SIGCONT, to: .router)
        try await Task.sleep(for: .seconds(away))
        let start = ContinuousClock.now
        async let databaseStart: Void = parts.postgres.start()
        try await parts.broker.start()
        try await databaseStart
        let back = ContinuousClock.now
        try await system.isReady()
        let ready = ContinuousClock.now
        progress("all services are ready; people go on for \(Int(Self.after)) s")
        try await Task.sleep(for: .seconds(Self.after))
        await work.stop()
        try await people.value
        let end = ContinuousClock.now
        try await settling.quiet(within: Settling.patience(for: count))

        report.note("changes a second, as planned", rate, "/s")
        report.expect("confirmed messages in the broker when it was lost", Double(waiting), atLeast: Double(messages))
        report.note("the servers were away", Double(away), "s")
        report.note("until both servers took connections", (back - start).inSeconds, "s")
        report.expect(
            "until all services were ready after that", (ready - back).inSeconds, atMost: Self.readySeconds, "s")
        report.note("until all was quiet, after the last change", (ContinuousClock.now - end).inSeconds, "s")
        for (service, ends) in await supervisor.ownEnds { report.note("\(service) ended by itself", Double(ends)) }
        let judgement = LostServersJudgement(
            customers: customers, acknowledged: try await acknowledged(system, before: lost))
        judgement.judge(await settling.chronicle.changes, await settling.chronicle.states, since: started, &report)
        report.expect("dead letters", Double(try await settling.deadLetters()), atMost: 0)
    }

    /// Waits until enough messages are confirmed and not consumed: by our table, and by the broker's own count.
    private func pileUp(_ system: RunningSystem) async throws -> Int {
        let queue = BrokerNames(prefix: system.servers.prefix).routerEvents
        let declarer = TopologyDeclarer(try RabbitConfiguration(url: system.servers.brokerURL))
        return try await eventually(
            "\(messages) messages wait", within: .seconds(120 + 4 * Double(messages) / rate), every: .milliseconds(500)
        ) { () -> Int? in
            let confirmed = try await system.pool.query(
                "select count(*) from message where queue = \(queue) and status = 1")[0][0, as: Int.self]
            let held = try await declarer.depths(of: [queue])[queue]?.messages ?? 0
            return min(confirmed, held) >= messages ? min(confirmed, held) : nil
        }
    }

    /// The companies of which a change was announced and acknowledged before the servers were lost.
    private func acknowledged(_ system: RunningSystem, before end: Int) async throws -> Set<String> {
        let deliveries = try await system.hubspot.control("GET", "webhooks?limit=1000000")["deliveries"]?.arrayValue
        return Set(
            (deliveries ?? []).filter { delivery in
                (200..<300).contains(delivery["status"]?.intValue ?? 0)
                    && delivery["wallNanoseconds"]?.intValue ?? .max < end
            }.flatMap { $0["events"]?.arrayValue ?? [] }
                // Of our own id on the company, a webhook tells as well.
                .filter { $0["payload"]?["propertyName"]?.stringValue == "name" }
                .compactMap { $0["id"]?.stringValue })
    }

    private static var now: Int { Int(Date.now.timeIntervalSince1970 * 1e9) }
}

/// Renames each customer once until it is told to stop, or all are through.
private actor People {
    private let customers: LinkedCustomers
    private let first: Int
    private let perSecond: Double
    private var isOver = false

    init(_ customers: LinkedCustomers, from first: Int, perSecond: Double) {
        self.customers = customers
        self.first = first
        self.perSecond = perSecond
    }

    func stop() { isOver = true }

    func run() async throws {
        let portion = max(Int(perSecond / 2), 1)
        var number = first
        while !isOver, number < customers.companies.count {
            let end = min(number + portion, customers.companies.count)
            try await customers.rename(number..<end, perSecond: perSecond)
            number = end
        }
    }
}
