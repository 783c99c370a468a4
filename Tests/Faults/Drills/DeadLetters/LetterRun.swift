import CanonicalModel
import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import SyncCore
import SyncStore
import SystemSupport

/// The drill from the first customer to the verdict.
struct LetterRun: Sendable {
    let bed: LetterSystem
    let plan: LetterPlan
    let renamesPerSecond: Int
    /// For how long live work is measured without the replay.
    let calm: Duration

    private var system: RunningSystem { bed.system }

    /// How long it may take until all letters are made, or all customers read; twice that for the replay.
    private var patience: Duration { .seconds(300 + plan.letters / 40) }

    func run(_ report: DrillReport) async throws -> DrillReport {
        var report = report
        var estate = LetterEstate(system: system, plan: plan)
        try await settle(&estate)
        try await produce(estate, &report)
        try await look(&report)
        try await goOn(estate, &report)
        try await replay(estate, &report)
        return report
    }

    // MARK: Letters

    /// Has all systems know the same of all customers.
    private func settle(_ estate: inout LetterEstate) async throws {
        let start = ContinuousClock.now
        try await estate.make()
        try await estate.readAll()
        try await bed.rests(within: patience)
        try await RefusedStates(estate: estate).introduce()
        try await bed.rests(within: patience)
        progress(
            "\(plan.customers) customers are known in three systems after \(Int((ContinuousClock.now - start).inSeconds)) s"
        )
    }

    private func produce(_ estate: LetterEstate, _ report: inout DrillReport) async throws {
        let refusals = VendorRefusals(system: system)
        let states = RefusedStates(estate: estate)
        let messages = RefusedMessages(estate: estate)
        try await refusals.begin()
        let before = try await bed.calls()
        let start = ContinuousClock.now
        async let unroutable: Void = messages.sendEvents()
        async let unbilled: Void = states.bill()
        try await states.refuse()
        try await unbilled
        try await unroutable
        try await messages.sendCorrectable()
        try await messages.sendUnreadable()
        let written = ContinuousClock.now - start
        try await bed.rests(within: patience)
        let seconds = (ContinuousClock.now - start).inSeconds
        let count = try await LetterOperator(system: system).open()
        let calls = try await bed.calls().reduce(0) { $0 + $1.value - before[$1.key, default: 0] }
        report.expect("open letters", Double(count), atLeast: Double(plan.letters))
        report.note("letters made by refusals", Double(count) / seconds, "a second")
        report.remarks.append(
            "\(count) letters were made in \(Int(seconds)) s; the commands and events were written in "
                + "\(Int(written.inSeconds)) s, the rest are \(calls) requests that the vendors answered")
        let records = try await bed.count("select count(distinct record) from dead_letter where record is not null")
        report.expect("records with letters", Double(records), atLeast: min(10_000, Double(plan.refused)))
    }

    private func look(_ report: inout DrillReport) async throws {
        let clerk = LetterOperator(system: system)
        let groups = try await clerk.groups()
        for group in groups {
            progress("    \(group.letters) × \(group.connection ?? "-") \(group.code): \(group.cause)")
        }
        report.expect("causes", Double(groups.count), atLeast: 20)
        report.expect("dead-letters count", try await clerk.seconds(["count"]), atMost: 1, "s", isPace: true)
        report.expect("dead-letters group", try await clerk.seconds(["group"]), atMost: 1, "s", isPace: true)
        report.expect(
            "dead-letters preview of 1,000", try await clerk.seconds(["preview", "--limit", "1000"]), atMost: 5, "s",
            isPace: true)
    }

    /// What goes on in the week after: the letters grow old, newer states go through, people help themselves, and in the
    /// end the causes are mended.
    private func goOn(_ estate: LetterEstate, _ report: inout DrillReport) async throws {
        try await age(estate)
        try await VendorRefusals(system: system).end()
        try await RefusedStates(estate: estate).supersede()
        try await bed.rests(within: patience)
        let closed = try await bed.count("select count(*) from dead_letter where state = 'resolved'")
        report.expect(
            "letters closed by newer states that went through", Double(closed), atLeast: Double(plan.superseded * 2))
        let applied = Array(plan.superseded..<plan.superseded + plan.applied)
        for start in stride(from: 0, to: applied.count, by: 200) {
            let actions = applied[start..<min(start + 200, applied.count)].map { number -> JSON in
                [
                    "action": "update", "type": "Client", "id": .string(estate.customers[number].client),
                    "fields": ["companyName": .string(plan.refusedName(number))],
                ]
            }
            try await system.jobber.control("POST", "act", ["user": "maria", "actions": .array(actions)])
        }
        try await bed.rests(within: patience)
        let start = ContinuousClock.now
        let tidied = try await LetterOperator(system: system).tidy()
        report.note("letters corrected by the command line", Double(tidied.corrected))
        report.note("letters put aside by the command line", Double(tidied.archived))
        report.note("corrections and putting aside", (ContinuousClock.now - start).inSeconds, "s")
        try await declareSecond()
    }

    /// Makes letters a week old, as if nobody had looked since.
    private func age(_ estate: LetterEstate) async throws {
        let old = (0..<plan.superseded).map { estate.customers[$0].record }
        try await system.pool.execute(
            """
            update dead_letter set first_failed_at = first_failed_at - interval '7 days',
                last_failed_at = last_failed_at - interval '7 days'
            where record = any(\(old)) or source = 'event'
            """)
        try await system.pool.execute(
            """
            update work set changed_at = changed_at - interval '7 days', updated_at = updated_at - interval '7 days'
            where record = any(\(old))
            """)
    }

    /// The adapter of the CRM's second account declares it.
    private func declareSecond() async throws {
        // It takes nothing, so that all that the events lead to goes to the two other systems.
        let customer = EntityCapability(
            .customer, nativeType: "company", originates: true, creates: false, writes: [], reads: ["name"],
            keepsExternalID: false, createGuarantee: .notApplicable)
        try await system.pool.run(
            Connections.declare(
                .init(
                    capabilities: ConnectionCapabilities(
                        connection: LetterEstate.second, role: .crm, entities: [customer]),
                    vendor: "hubspot", account: LetterEstate.second.name, baseURL: system.hubspot.baseURL)))
    }

    // MARK: The replay

    /// How long live work goes on before it is measured.
    ///
    /// A poll looks back a minute from the newest change that it has seen: the last minute of what was written before is
    /// read over and over until there are changes that are newer by that minute, and a poll has seen them.
    private static let settling = Duration.seconds(150)

    private func replay(_ estate: LetterEstate, _ report: inout DrillReport) async throws {
        try await bed.limit()
        try await bed.tidyDatabase()
        let log = EffectLog(system: system)
        try await log.begin()
        let customers = plan.liveRange.map { estate.customers[$0] }
        let live = LiveRenames(system: system, customers: customers, perSecond: renamesPerSecond)
        let people = Task { await live.run() }
        defer { people.cancel() }
        progress("live work for \(Int(Self.settling.inSeconds)) s, in which polls pass what was written before")
        try await Task.sleep(for: Self.settling)
        let calmStart = ContinuousClock.now
        progress("live work for \(Int(calm.inSeconds)) s without the replay")
        try await Task.sleep(for: calm)
        let outcome = try await LetterReplay(bed: bed, log: log).run(patience: patience * 2)
        people.cancel()
        await people.value
        try await bed.rests(within: patience)
        try await log.end()
        tell(outcome, &report)
        let alone = live.renames(from: calmStart, to: outcome.begun)
        let beside =
            live.renames(from: outcome.begun, to: outcome.outage.from)
            + live.renames(from: outcome.outage.to, to: outcome.ended)
        let before = try await live.latencies(of: alone, in: log)
        let during = try await live.latencies(of: beside, in: log)
        for (part, renames, start, end) in [
            ("without", alone, calmStart, outcome.begun), ("with", beside, outcome.begun, outcome.ended),
        ] {
            for line in try await live.slowest(5, of: renames, in: log) {
                progress("  slow \(part) the replay: \(line)")
            }
            let slowest = try await live.worst(from: start, to: end, in: log).map { String(Int($0)) }
            progress("  slowest live change of each 10 s \(part) the replay, ms: \(slowest.joined(separator: " "))")
        }
        let p99 = (before: LiveRenames.percentile(before, 0.99), during: LiveRenames.percentile(during, 0.99))
        report.note("live changes, median without the replay", LiveRenames.percentile(before, 0.5), "ms")
        report.note("live changes, median with the replay", LiveRenames.percentile(during, 0.5), "ms")
        report.note("live changes, p99 without the replay", p99.before, "ms")
        report.note("live changes, p99 with the replay by that without it", p99.during / p99.before, "×")
        if plan.isOfFullSize {
            report.expect(
                "live changes, p99 with the replay", p99.during, atMost: p99.before * 1.5, "ms", isPace: true)
        } else {
            report.note("live changes, p99 with the replay", p99.during, "ms")
        }
        try await judge(LetterJudgement(estate: estate, log: log), &report)
    }

    private func tell(_ outcome: LetterReplay.Outcome, _ report: inout DrillReport) {
        report.note("replay", outcome.seconds, "s")
        report.note("letters replayed", Double(outcome.succeeded) / outcome.seconds, "a second")
        for (vendor, calls) in outcome.calls.sorted(by: { $0.key < $1.key }) {
            report.note("calls to \(vendor) as its limit counts", Double(calls) / outcome.seconds, "a second")
        }
        let share = outcome.leastSeconds / outcome.seconds
        if plan.isOfFullSize {
            report.expect("share of the time that the limits alone take", share, atLeast: 0.8, isPace: true)
        } else {
            report.note("share of the time that the limits alone take", share)
            report.remarks.append("a small replay ends before it has come up to its speed: its times are no promise")
        }
        report.expect("letters that failed again", Double(outcome.failed), atMost: 0)
        report.note("letters left out", Double(outcome.leftOut))
    }

    private func judge(_ judgement: LetterJudgement, _ report: inout DrillReport) async throws {
        let effects = await judgement.effects()
        report.note("effects that were to be sent", Double(effects.expected))
        report.expect("effects sent twice", Double(effects.twice), atMost: 0)
        report.expect("effects not sent", Double(effects.missing), atMost: 0)
        report.expect("writes for superseded and applied letters", Double(effects.needless), atMost: 0)
        let stale = try await judgement.staleValues()
        report.expect("values that are not the newest", Double(stale.count), atMost: 0)
        let open = try await bed.count("select count(*) from dead_letter where state in ('open', 'replaying')")
        report.expect("letters still open", Double(open), atMost: 0)
        if open > 0 { progress(try await LetterOperator(system: system).run(["list", "--limit", "20"]).text) }
        report.expect("letters without an entry in the audit log", Double(try await judgement.unrecorded()), atMost: 0)
        for example in effects.examples + stale.examples { progress("    \(example)") }
    }
}
