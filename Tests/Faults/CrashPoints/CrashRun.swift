import Foundation
import RandomSupport
import SandboxKit
import SandboxSupport
import Synchronization
import SystemSupport

/// One run in which every process dies at each of its points while people work, and the judgement after it.
struct CrashRun {
    private static let actionsPerSecond = 6.0

    let seed: UInt64
    /// The cases of each service, in the order in which they come.
    let cases: [SystemService: [CrashCase]]
    /// Where the evidence goes.
    let folder: URL

    /// Each case once, in an order that the seed decides.
    static func single(seed: UInt64, _ all: [SystemService: [CrashCase]]) -> [SystemService: [CrashCase]] {
        var generator = SeededGenerator(seed: seed)
        return SystemService.allCases.reduce(into: [:]) { $0[$1] = (all[$1] ?? []).shuffled(using: &generator) }
    }

    /// Each case after each one of its service, itself too: the second life takes up what the first one has left.
    ///
    /// A de Bruijn sequence, in which every ordered pair of neighbours comes once: as many lives as there are pairs.
    static func pairs(_ cases: [CrashCase]) -> [CrashCase] {
        guard let first = cases.first else { return [] }
        let sequence = cases.indices.flatMap { index in
            [cases[index]] + cases[(index + 1)...].flatMap { [cases[index], $0] }
        }
        return sequence + [first]
    }

    /// One part of a sequence of so many; neighbours that a border parts come in the later part.
    static func part(_ number: Int, of parts: Int, _ sequence: [CrashCase]) -> [CrashCase] {
        let size = (sequence.count + parts - 1) / parts
        let start = (number - 1) * size
        guard start < sequence.count else { return [] }
        return Array(sequence[max(start - 1, 0)..<min(start + size, sequence.count)])
    }

    func run() async throws -> FaultReport {
        // A life is short: what comes every half minute would never come.
        var environment: [SystemService: [String: String]] = [
            .reconciler: [
                "PLUMBLINE_PARKS_INTERVAL": "2", "PLUMBLINE_SNAPSHOTS_INTERVAL": "1",
                "PLUMBLINE_FRESHNESS_INTERVAL": "2",
                "PLUMBLINE_ALERTS_INTERVAL": "2",
            ]
        ]
        for adapter in [SystemService.crmAdapter, .fsmAdapter, .ledgerAdapter] {
            environment[adapter] = ["PLUMBLINE_CANARY_INTERVAL": "2"]
        }
        let bed = TestBed(seed: seed, folder: folder, replicas: [:], environment: environment)
        return try await bed.run(fillingDisks: false) { system, supervisor, sabotage in
            try await play(on: system, supervisor, sabotage)
        }
    }

    private func play(
        on system: RunningSystem, _ supervisor: Supervisor, _ sabotage: Sabotage
    ) async throws -> FaultReport {
        let lives = cases.values.map(\.count).max() ?? 0
        var report = FaultReport(seed: seed, profile: "crash-points", minutes: 0)
        // More than can be done meanwhile: it is the cases that end the run.
        let workload = Workload(seed: seed, cases: lives * 3 + 20, actions: (lives * 3 + 20) * 20)
        let chronicle = Chronicle(client: system.hubspot)
        let log = try IntentLog(folder.appending(path: "intents.jsonl"))
        let player = Player(workload, seed: seed, system: system, chronicle: chronicle, log: log)
        for client in [system.hubspot, system.jobber, system.quickbooks] {
            try await client.control("PATCH", "settings", ["webhookRetryFactor": .number(0.02)])
        }
        let sum = cases.values.reduce(0) { $0 + $1.count }
        progress("\(sum) cases, at most \(lives) for one service, seed \(seed)")
        let watch = Task { await supervisor.run() }
        defer { watch.cancel() }
        let start = ContinuousClock.now
        let work = WorkingHours()
        let chosen = cases.filter { !$0.value.isEmpty }.count
        let results = try await withThrowingTaskGroup(of: CrashSeries.Result?.self) { group in
            group.addTask {
                try await player.play(perSecond: Self.actionsPerSecond) { work.goOn }
                return nil
            }
            group.addTask {
                try await Provocations(system: system).carryOn { work.goOn }
                return nil
            }
            for (service, cases) in cases where !cases.isEmpty {
                let series = CrashSeries(
                    system: system, supervisor: supervisor, service: service, cases: cases, trace: trace(of: service))
                group.addTask { try await series.carryOut() }
            }
            var results: [CrashSeries.Result] = []
            for try await result in group {
                guard let result else { continue }
                results.append(result)
                progress(
                    "\(results.count) of \(chosen) services are through, after \(Int((ContinuousClock.now - start).inSeconds)) s"
                )
                if results.count == chosen { work.end() }
            }
            return results
        }
        report.actionsPerSecond = Double(log.all.count) / (ContinuousClock.now - start).inSeconds
        try await sabotage.end()
        if results.contains(where: { $0.met.contains { $0.outcome == .late } }) {
            progress("waiting for what the vendors do late")
            try await Task.sleep(for: .milliseconds(CrashSeries.lateMilliseconds + 5_000))
        }
        let quiet = ContinuousClock.now
        report.notJudged["I11"] = "the reconciler, which would alarm, dies all the time"
        let judgement = try await Inspection(
            system: system, chronicle: chronicle, log: log, blind: [0 ... .greatestFiniteMagnitude]
        ).judge()
        report.quietSeconds = Int((ContinuousClock.now - quiet).inSeconds)
        report.seconds = Int((ContinuousClock.now - start).inSeconds)
        report.take(judgement)
        report.records = await chronicle.states.recordCount
        tell(results, &report)
        try await EvidenceFolder(folder).keep(report, system, await chronicle.changes)
        return report
    }

    private func trace(of service: SystemService) -> CrashTrace {
        CrashTrace(file: folder.appending(path: "\(service).points"))
    }

    /// A point that no life has met was not tested, and one that the catalogue does not name would never be.
    private func tell(_ results: [CrashSeries.Result], _ report: inout FaultReport) {
        for result in results {
            for done in result.met { report.faults["\(done)", default: .init()].done += 1 }
            for missed in result.missed {
                report.faults["\(missed)", default: .init()].skipped += 1
                report.findings.append(Finding(.unexpected, "harness", "\(missed): no process came by this point"))
            }
        }
        report.byCategory["crash"] = report.faults.values.reduce(0) { $0 + $1.done }
        for service in cases.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            for point in trace(of: service).passed.subtracting(CrashCatalogue.known(service)).sorted() {
                report.findings.append(
                    Finding(.unexpected, "harness", "\(service) has a point that the catalogue lacks: \(point)"))
            }
        }
        report.unexpected = report.findings.count { $0.verdict == .unexpected }
    }
}

/// Says to the people when they may go home.
private final class WorkingHours: Sendable {
    private let isOver = Atomic(false)

    var goOn: Bool { !isOver.load(ordering: .relaxed) }

    func end() { isOver.store(true, ordering: .relaxed) }
}
