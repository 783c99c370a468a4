import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import Synchronization
import SystemSupport

/// One exercise: the system from images, people who work in it all the time, one trouble after the other, and the judgement.
struct ContainerExercise {
    let settings: ExerciseSettings
    let project: ComposeProject
    let engine: ContainerEngine
    let ports: ExercisePorts
    /// The folder that `deploy/containers/make-secrets` has made.
    let secrets: URL
    /// Where the evidence goes.
    let folder: URL

    func run(_ report: inout ExerciseReport) async throws {
        let logs = folder.appending(path: "logs", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        let bed = try ContainerBed(project, engine, ports: ports, secrets: secrets, folder: logs)
        // What an earlier run has left that could not clear away.
        try await bed.engine.clear()
        do {
            try await play(on: bed, &report)
        } catch {
            await keep(bed)
            await clear(bed)
            throw error
        }
        if !report.isGood { await keep(bed) }
        await clear(bed)
    }

    private func play(on bed: ContainerBed, _ report: inout ExerciseReport) async throws {
        try await carryOut("main-job", &report) { figures in
            let start = ContinuousClock.now
            try await bed.project.run(["up", "--detach"], within: .seconds(420))
            figures.note("until all was started", (ContinuousClock.now - start).inSeconds, "s")
            try await MainJob().carryOut(on: bed, &figures)
        }
        for site in bed.sites {
            try await site.control("PATCH", "settings", ["webhookRetryFactor": .number(0.02), "limitsLifted": true])
        }
        let chronicle = Chronicle(client: bed.hubspot)
        try await settle(bed, chronicle)
        let begin = await chronicle.changes.last?.sequence ?? 0
        let log = try IntentLog(folder.appending(path: "intents.jsonl"))
        let player = Player(settings.workload, seed: settings.seed, system: bed, chronicle: chronicle, log: log)
        let isOver = Mutex(false)
        let start = ContinuousClock.now
        async let playing: Void = player.play(perSecond: settings.pace) { !isOver.withLock(\.self) }
        var (backup, lost): (Backup?, ClosedRange<Int>?)
        for step in settings.steps {
            try await carryOut(step.rawValue, &report) { figures in
                switch step {
                case .scale: try await MoreReplicas().carryOut(on: bed, &figures)
                case .drain: try await OrderlyStop().carryOut(on: bed, &figures)
                case .kill: try await Deaths().carryOut(on: bed, &figures)
                case .pause:
                    try await BrokerStandstill(seconds: settings.pauseSeconds).carryOut(on: bed, &figures)
                case .outage: try await LostWay().carryOut(on: bed, &figures)
                case .refusals: try await RefusedWrites().carryOut(on: bed, &figures)
                case .backup: backup = try await back(up: bed, &figures)
                case .upgrade:
                    try await Upgrade(version: settings.newVersion, after: settings.afterUpgrade)
                        .carryOut(on: bed, &figures)
                case .restore:
                    lost = try await restore(backup, on: bed, chronicle, &figures)
                case .shrink: try await FewerReplicas().carryOut(on: bed, &figures)
                }
            }
        }
        isOver.withLock { $0 = true }
        try await playing
        let pace = Double(log.all.count) / (ContinuousClock.now - start).inSeconds
        progress("people have gone home; waiting until nothing is on its way")
        var judged = FaultReport(
            seed: settings.seed, profile: "containers", minutes: (ContinuousClock.now - start).inSeconds / 60)
        judged.actionsPerSecond = pace
        judged.notJudged["I11"] =
            "containers have the objectives of production, and what is broken is broken for minutes"
        let quiet = ContinuousClock.now
        judged.take(
            try await Inspection(
                system: bed, chronicle: chronicle, log: log, blind: [0 ... .greatestFiniteMagnitude], lost: lost,
                begin: begin
            ).judge())
        judged.quietSeconds = Int((ContinuousClock.now - quiet).inSeconds)
        judged.seconds = Int((ContinuousClock.now - start).inSeconds)
        for step in settings.steps { judged.faults[step.rawValue] = FaultReport.Strikes(planned: 1, done: 1) }
        judged.byCategory["containers"] = settings.steps.count
        judged.records = await chronicle.states.recordCount
        try EvidenceFolder(folder).note(judged, await chronicle.changes)
        report.judgement = judged
    }

    /// Carries a step out and takes down what was seen, also of one that fails.
    private func carryOut(
        _ name: String, _ report: inout ExerciseReport, _ body: (inout DrillReport) async throws -> Void
    ) async throws {
        progress("\(name):")
        let start = ContinuousClock.now
        var figures = DrillReport(drill: name, seed: settings.seed)
        func part(_ failure: String?) -> ExerciseReport.Part {
            .init(
                step: name, seconds: (ContinuousClock.now - start).inSeconds, figures: figures, failure: failure)
        }
        do {
            try await body(&figures)
            report.take(part(nil))
        } catch {
            report.take(part("\(error)"))
            throw error
        }
    }

    /// Waits until all of the main job is written down.
    private func settle(_ bed: ContainerBed, _ chronicle: Chronicle) async throws {
        let settling = Settling(system: bed, vendors: bed.sites, chronicle: chronicle, requests: [])
        try await settling.quiet(within: .seconds(180))
    }

    private func back(up bed: ContainerBed, _ figures: inout DrillReport) async throws -> Backup {
        let start = ContinuousClock.now
        let backup = try await Backup.take(from: bed, to: folder)
        figures.note("backup", (ContinuousClock.now - start).inSeconds, "s")
        let size = try FileManager.default.attributesOfItem(atPath: backup.file.path())[.size] as? Int
        figures.note("its size", Double(size ?? 0) / 1_000_000, "MB")
        return backup
    }

    private func restore(
        _ backup: Backup?, on bed: ContainerBed, _ chronicle: Chronicle, _ figures: inout DrillReport
    ) async throws -> ClosedRange<Int> {
        guard let backup else { throw DrillFailure("there is no backup") }
        let isUpgraded = bed.project.version == settings.newVersion
        return try await Restoration(
            backup: backup, age: .seconds(settings.backupMinutes * 60), writes: settings.backupWrites,
            chronicle: chronicle, afterUpgrade: isUpgraded ? settings.afterUpgrade : []
        ).carryOut(on: bed, &figures)
    }

    // MARK: The end

    /// Keeps what can still be had; also after an interruption.
    private func keep(_ bed: ContainerBed) async {
        await Task {
            do {
                _ = try await bed.logs()
                try await bed.dumpDatabase(to: folder.appending(path: "database.sql"))
            } catch {
                progress("not all of the evidence could be kept: \(error)")
            }
            progress("the evidence is in \(folder.path())")
        }.value
    }

    /// Removes containers, networks and volumes; also after an interruption.
    private func clear(_ bed: ContainerBed) async {
        await Task {
            await bed.pool.close()
            do {
                try await bed.project.run(
                    ["down", "--volumes", "--remove-orphans", "--timeout", "20"], within: .seconds(180))
            } catch {
                progress("docker-compose down: \(error)")
            }
            do {
                try await bed.engine.clear()
            } catch {
                progress("containers, networks or volumes of \(bed.project.name) are left: \(error)")
            }
        }.value
    }
}
