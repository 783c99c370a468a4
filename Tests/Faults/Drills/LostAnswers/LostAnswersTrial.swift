import CanonicalModel
import Foundation
import Messaging
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// The drill at one vendor, with the adapter of that vendor, the router and the reconciler.
struct LostAnswersTrial {
    /// Which part of the answers is lost.
    static let share = 0.05
    /// In milliseconds: beyond the ceiling of a request (3 s) and the index lag (30 s), after which a create counts as not
    /// done and is repeated; the longer ones also where a queue of look-ups has it wait for much longer than that.
    private static let lateness = [45_000, 90_000, 180_000, 300_000]
    /// What docs/guarantees.md says of a second object.
    private static let statedSeconds = 120.0
    /// Of so many creates that are carried out late, some were surely repeated before.
    private static let enoughLate = 10

    let connector: NativeSystem
    let count: Int
    let late: Int

    func run(_ report: inout DrillReport) async throws {
        var settings = SystemSettings()
        settings.liftsLimits = true
        for other in NativeSystem.allCases where other != connector { settings.replicas[other.adapter] = 0 }
        settings.declarations[connector.vendor] = "rate_limit: 10000/10000"
        progress("\(connector.vendor): \(count) records")
        try await DrillBed(name: "lost-answers", settings: settings).run(&report) { parts, report in
            let client = connector.client(of: parts.system)
            let course = Course(
                system: parts.system, client: client, chronicle: Chronicle(client: client),
                requests: RequestLog(client: client),
                estate: Estate(pool: parts.system.pool, names: BrokerNames(prefix: parts.system.servers.prefix)))
            let reading = Task { await course.settling.keepReading() }
            defer { reading.cancel() }
            if connector == .crm {
                try await updates(course, &report)
            } else {
                try await creates(course, &report)
            }
            report.expect(
                "\(connector.vendor): dead letters", Double(try await course.settling.deadLetters()), atMost: 0)
        }
    }

    /// What one trial works with.
    struct Course {
        let system: RunningSystem
        let client: SandboxClient
        let chronicle: Chronicle
        let requests: RequestLog
        let estate: Estate

        var settling: Settling {
            Settling(system: system, vendors: [client], chronicle: chronicle, requests: [requests])
        }
    }

    private func creates(_ course: Course, _ report: inout DrillReport) async throws {
        let plan = WavePlan(estate: course.estate, connector: connector, count: count)
        var waves: [Wave] = []
        while let wave = try await plan.wave(waves.count, after: waves) {
            waves.append(wave)
            // One for certain, and each of the others by chance.
            for (probability, count) in [(1.0, 1), (Self.share, -1)] {
                try await course.client.control(
                    "POST", "faults", wave.fault(["kind": "lose-answer"], probability: probability, count: count))
            }
            if waves.count == 1, late > 0 {
                for (number, lateness) in Self.lateness.enumerated() {
                    let part = late / Self.lateness.count + (number < late % Self.lateness.count ? 1 : 0)
                    guard part > 0 else { continue }
                    try await course.client.control(
                        "POST", "faults",
                        wave.fault(
                            ["kind": "late-commit", "milliseconds": .int(lateness)],
                            probability: min(2 * Double(part) / Double(count), 1), count: part))
                }
            }
            try await judge(wave, course, try await carryOut(wave, course), &report)
        }
    }

    /// Sends the commands, and waits until all is quiet and what comes late has come.
    private func carryOut(_ wave: Wave, _ course: Course) async throws -> Carried {
        let before = await course.requests.strikes("lose-answer")
        let (start, time) = (ContinuousClock.now, Int(Date.now.timeIntervalSince1970 * 1e9))
        try await course.estate.send(wave.commands)
        let patience = Settling.patience(for: wave.commands.count)
        try await course.settling.quiet(within: patience)
        let seconds = (ContinuousClock.now - start).inSeconds
        let planned = try await course.client.control("GET", "faults")["faults"]?.arrayValue ?? []
        let late = planned.filter { $0["effect"]?["kind"]?.stringValue == "late-commit" }
            .reduce(0) { $0 + ($1["strikes"]?.intValue ?? 0) }
        if late > 0 {
            try await eventually("all late commits have come", within: .seconds(420)) {
                try await course.settling.read()
                return await course.requests.strikes("late-commit") >= late
            }
            try await course.settling.quiet(within: patience)
        }
        try await course.client.control("DELETE", "faults")
        return Carried(
            seconds: seconds, lost: await course.requests.strikes("lose-answer") - before, late: late,
            requests: await course.requests.kinds(from: time))
    }

    /// What came of a wave's commands.
    private struct Carried {
        /// Until all was quiet for the first time.
        let seconds: Double
        let lost: Int
        let late: Int
        let requests: [(kind: String, count: Int)]
    }

    private func judge(
        _ wave: Wave, _ course: Course, _ carried: Carried, _ report: inout DrillReport
    ) async throws {
        let rows = try await course.system.pool.query(
            """
            select record, native_id from link
            where connection = \(connector.vendor) and entity = \(wave.entity.rawValue) and state = 'active'
            """)
        var links: [CanonicalID: String] = [:]
        for row in rows { links[try row[0, as: CanonicalID.self]] = try row[1, as: String?.self] }
        let judgement = CreationJudgement(
            wave, await course.chronicle.changes, await course.chronicle.states, links: links)
        let title = wave.title
        let lookUps = carried.requests.first { $0.kind == wave.lookUp }?.count ?? 0
        report.note("\(title) wanted", Double(wave.commands.count))
        report.note("\(title) made per second, nineteen of twenty", judgement.perSecond, "/s")
        report.note("\(title): until all was settled", carried.seconds, "s")
        report.note("\(title): look-ups (\(wave.lookUp))", Double(lookUps))
        // Fewer would not be the drill that was meant; of a few, chance may spare nearly all.
        let meant = Double(wave.commands.count) * Self.share
        report.expect("\(title): answers lost", Double(carried.lost), atLeast: meant < 20 ? 1 : (meant / 2).rounded())
        report.expect("\(title): lost", Double(judgement.lost), atMost: 0)
        report.expect("\(title): linked with another object", Double(judgement.wronglyLinked), atMost: 0)
        report.expect("\(title): duplicates in effect", Double(judgement.duplicates), atMost: 0)
        if wave.isPrevented {
            report.expect("\(title): made twice", Double(judgement.madeTwice), atMost: 0)
        } else {
            report.note("\(title): carried out late", Double(carried.late))
            if carried.late >= Self.enoughLate {
                // None of them, and nothing would show that a second object is taken back.
                report.expect("\(title): made twice, and taken back", Double(judgement.madeTwice), atLeast: 1)
            } else {
                report.note("\(title): made twice, and taken back", Double(judgement.madeTwice))
            }
            report.expect(
                "\(title): slowest to be taken back", judgement.slowestNeutralising, atMost: Self.statedSeconds, "s")
        }
        report.remarks.append(
            "\(title): requests: " + carried.requests.prefix(8).map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
        )
    }
}
