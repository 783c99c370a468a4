import Foundation
import SandboxKit
import SandboxSupport
import SystemSupport

/// One run in which a backup is restored while people work, and the judgement after it (decision 0023).
struct RestoreRun {
    private static let actionsPerSecond = 4.0
    private static let casesPerMinute = 8.0
    /// Everything is read again within this time, however little of it is due.
    private static let patience = Duration.seconds(600)

    /// What people do: what is their own. What they do to others' fields is on record in our audit log alone, which the backup
    /// does not have.
    static let steps: Set<Step.Kind> = [
        .enterLead, .sell, .touchQuote, .renameCustomer, .renameContact, .changeEmail, .noteInField, .planVisit,
        .moveVisit, .logTime, .closeJob, .pay,
    ]

    let seed: UInt64
    /// How long people work before the backup, between backup and restore, and while everything is read again, together.
    let minutes: Double
    /// Where the evidence goes.
    let folder: URL

    func run() async throws -> FaultReport {
        let bed = TestBed(seed: seed, folder: folder, replicas: [:], environment: [:])
        return try await bed.run(fillingDisks: false) { system, supervisor, sabotage in
            try await play(on: system, supervisor, sabotage)
        }
    }

    private func play(
        on system: RunningSystem, _ supervisor: Supervisor, _ sabotage: Sabotage
    ) async throws -> FaultReport {
        var report = FaultReport(seed: seed, profile: "restore", minutes: minutes)
        let workload = Workload(
            seed: seed, cases: max(Int(Self.casesPerMinute * minutes), 4),
            actions: Int(Self.actionsPerSecond * minutes * 60), steps: Self.steps)
        let chronicle = Chronicle(client: system.hubspot)
        let log = try IntentLog(folder.appending(path: "intents.jsonl"))
        let player = Player(workload, seed: seed, system: system, chronicle: chronicle, log: log)
        for client in [system.hubspot, system.jobber, system.quickbooks] {
            try await client.control("PATCH", "settings", ["webhookRetryFactor": .number(0.02)])
        }
        let watch = Task { await supervisor.run() }
        defer { watch.cancel() }
        let start = ContinuousClock.now
        let third = Duration.milliseconds(Int(minutes * 20_000))
        let backup = try await work(player, for: third) {
            try await Task.sleep(for: third / 2)
            let (time, at) = (ISO8601DateFormatter().string(from: Date()), Self.now)
            return Backup(copy: try await sabotage.postgres.backUp(), time: time, at: at)
        }
        progress("a backup was taken after \(Int((ContinuousClock.now - start).inSeconds)) s; people go on")
        try await work(player, for: third) {}
        // Work is in flight, in our processes and at the vendors: it is lost with them.
        try await supervisor.keepDown(supervisor.processes) {
            try await sabotage.postgres.restore(backup.copy)
            try await Self.plumbline(
                ["recover", "begin", "--restored-to", backup.time, "--reason", "seed \(seed)"], system)
        }
        let lost = backup.at...Self.now
        progress("the backup was restored; people go on while everything is read again")
        try await work(player, for: third) { try await released(system) }
        progress("writing went on after \(Int((ContinuousClock.now - start).inSeconds)) s")
        try await Self.plumbline(["recover", "finish", "--reason", "seed \(seed)"], system)
        report.actionsPerSecond = Double(log.all.count) / (ContinuousClock.now - start).inSeconds
        report.faults["restore"] = FaultReport.Strikes(planned: 1, done: 1)
        report.byCategory["restore"] = 1
        report.notJudged["I11"] = "nothing is written for as long as reading takes, and alerts are lost with the backup"
        try await sabotage.end()
        let quiet = ContinuousClock.now
        report.take(
            try await Inspection(
                system: system, chronicle: chronicle, log: log, blind: [0 ... .greatestFiniteMagnitude], lost: lost
            ).judge())
        report.quietSeconds = Int((ContinuousClock.now - quiet).inSeconds)
        report.seconds = Int((ContinuousClock.now - start).inSeconds)
        report.records = await chronicle.states.recordCount
        try await EvidenceFolder(folder).keep(report, system, await chronicle.changes)
        return report
    }

    private struct Backup: Sendable {
        let copy: URL
        let time: String
        let at: Int
    }

    /// Does something while people work for a time; both come to their end.
    private func work<Result: Sendable>(
        _ player: Player, for time: Duration, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let end = ContinuousClock.now + time
        async let playing: Void = player.play(perSecond: Self.actionsPerSecond) { .now < end }
        let result = try await body()
        try await playing
        return result
    }

    /// Waits until writing has gone on.
    private func released(_ system: RunningSystem) async throws {
        _ = try await eventually("everything was read again", within: Self.patience, every: .seconds(1)) {
            () -> Bool? in
            let shown = try await system.plumbline(["recover", "show", "--check"])
            guard shown.code == 0 else { throw Refused(text: shown.text) }
            return true
        }
    }

    private static func plumbline(_ arguments: [String], _ system: RunningSystem) async throws {
        let (code, text) = try await system.plumbline(arguments)
        guard code == 0 else { throw Refused(text: text) }
    }

    private struct Refused: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }

    /// In nanoseconds since 1970, as histories have it.
    private static var now: Int { Int(Date().timeIntervalSince1970 * 1_000_000_000) }
}
