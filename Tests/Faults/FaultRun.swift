import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// One run: the system with everything of its own, the people, the faults, the quiet, and the judgement.
struct FaultRun {
    let seed: UInt64
    let profile: FaultProfile
    let minutes: Double
    /// Who bears them.
    var against = Contestant.plumbline
    /// What people do.
    var steps = Set(Step.Kind.allCases)
    /// A vendor tries a webhook again for hours and days; here it is minutes.
    var webhookRetryFactor = 0.02
    /// Where the evidence goes.
    let folder: URL

    func run() async throws -> FaultReport {
        let bed = TestBed(
            seed: seed, folder: folder, replicas: against.replicas,
            commands: try against.commands(), environment: [.reconciler: Lateness.objectives])
        let schedule = FaultSchedule(seed: seed, profile: profile, minutes: minutes)
        return try await bed.run(fillingDisks: profile.kinds.contains { $0.action == .fill }) {
            system, supervisor, sabotage in
            try Data(schedule.faults.map(\.description).joined(separator: "\n").utf8)
                .write(to: folder.appending(path: "schedule.txt"))
            return try await play(schedule, on: system, supervisor, sabotage)
        }
    }

    private func play(
        _ schedule: FaultSchedule, on system: RunningSystem, _ supervisor: Supervisor, _ sabotage: Sabotage
    ) async throws -> FaultReport {
        var report = FaultReport(seed: seed, profile: profile.name.rawValue, minutes: minutes)
        report.against = against
        let workload = Workload(
            seed: seed, cases: max(Int(Double(profile.casesPerMinute) * minutes), 1),
            actions: Int(profile.actionsPerSecond * minutes * 60), steps: steps)
        let chronicle = Chronicle(client: system.hubspot)
        let log = try IntentLog(folder.appending(path: "intents.jsonl"))
        let player = Player(workload, seed: seed, system: system, chronicle: chronicle, log: log)
        for client in [system.hubspot, system.jobber, system.quickbooks] {
            try await client.control("PATCH", "settings", ["webhookRetryFactor": .number(webhookRetryFactor)])
        }
        progress(
            "\(schedule.faults.count) faults and \(workload.cases.count) customers in \(minutes) minutes, seed \(seed)")
        let watch = Task { await supervisor.run() }
        defer { watch.cancel() }
        let start = ContinuousClock.now
        let end = start + .milliseconds(Int(minutes * 60_000))
        async let playing: Void = player.play(perSecond: profile.actionsPerSecond) { .now < end }
        let strikes = await FaultSeries(sabotage: sabotage).carryOut(schedule, from: start)
        try await playing
        report.actionsPerSecond = Double(log.all.count) / (ContinuousClock.now - start).inSeconds
        try await sabotage.end()
        let quiet = ContinuousClock.now
        progress("the faults are over after \(Int((quiet - start).inSeconds)) s; waiting until nothing is on its way")
        switch against {
        case .plumbline:
            report.take(
                try await Inspection(system: system, chronicle: chronicle, log: log, blind: strikes.blind).judge())
        case .naive:
            report.takeOutcomes(try await OutcomeInspection(system: system, chronicle: chronicle, log: log).judge())
        }
        report.quietSeconds = Int((ContinuousClock.now - quiet).inSeconds)
        report.seconds = Int((ContinuousClock.now - start).inSeconds)
        strikes.tell(schedule, &report)
        report.ownEnds = await Dictionary(
            uniqueKeysWithValues: supervisor.ownEnds.map { ($0.key.rawValue, $0.value) })
        report.records = await chronicle.states.recordCount
        try await EvidenceFolder(folder).keep(report, system, await chronicle.changes)
        return report
    }
}
