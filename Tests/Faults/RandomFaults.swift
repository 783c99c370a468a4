import ArgumentParser
import Foundation

/// Faults of all kinds, at times that a seed decides.
struct RandomFaults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "random",
        abstract: "Breaks a running Plumbline on purpose, and says whether anything was lost or done twice.",
        discussion: """
            Real processes, a PostgreSQL and a RabbitMQ of its own, imitated vendors. People work in all three systems; \
            each action is written down before it is done. Meanwhile processes are killed and stopped, connections are \
            cut, disks run full, vendors and webhooks misbehave, as a seed decides. Once all is quiet, the histories of \
            the three systems are compared with what people intended.
            The seed is printed; the same seed gives the same schedule and the same people. docs/decisions/0016 says how \
            a run is judged.
            Exit codes: 0 nothing was lost, duplicated or unexpected, 1 something was, 64 wrong use. Of the naive consumer \
            it is wanted that it loses or doubles something where there are faults, and nothing where there are none.
            """)

    @Option(help: "The seed; by default a new one each time.")
    var seed: UInt64?

    @Option(help: "How many minutes faults and work go on, for all parts together; the quiet after them is extra.")
    var minutes = 2.0

    @Option(help: "How many parts, each with a system and a seed of its own, the next number.")
    var parts = 1

    @Option(help: "short: for each change of the code. long: all kinds, for hours. calm: no faults.")
    var profile = FaultProfile.Name.short

    @Option(
        parsing: .upToNextOption, help: "Only kinds that begin so, such as kill.router or vendor names: lose-answer.")
    var kinds: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: "Who bears them, in turn: plumbline, or naive, with which it is compared (docs/comparison.md).")
    var against: [Contestant] = [.plumbline]

    @Flag(help: "Only steps of people that the naive consumer understands as well; so it is always with it.")
    var commonSteps = false

    @Option(help: "Where the figures go as JSON.")
    var output = ".plumbline/faults.json"

    @Option(help: "Where the evidence of runs goes.")
    var evidence = ".plumbline/faults/runs"

    @Flag(help: "Only print the schedule.")
    var dryRun = false

    mutating func validate() throws {
        guard minutes > 0 else { throw ValidationError("--minutes must be more than 0, not \(minutes)") }
        guard parts > 0 else { throw ValidationError("--parts must be more than 0, not \(parts)") }
        for kind in kinds where !FaultKind.all.contains(where: { "\($0)".hasPrefix(kind) }) {
            throw ValidationError(
                "there is no kind '\(kind)'; there are: " + FaultKind.all.map(\.description).joined(separator: ", "))
        }
    }

    func run() async throws {
        let first = seed ?? UInt64.random(in: 0..<1_000_000)
        let full = FaultProfile(profile)
        let chosen = full.kinds.filter { kind in kinds.isEmpty || kinds.contains { "\(kind)".hasPrefix($0) } }
        let wanted = FaultProfile(full, kinds: chosen)
        let steps = commonSteps || against.contains(.naive) ? Contestant.commonSteps : Set(Step.Kind.allCases)
        var reports = FaultReports()
        for part in 0..<parts {
            let seed = first &+ UInt64(part)
            let length = minutes / Double(parts)
            if dryRun {
                progress(
                    FaultSchedule(seed: seed, profile: wanted, minutes: length).faults.map(\.description).joined(
                        separator: "\n"))
                continue
            }
            for contestant in against {
                let folder = URL(filePath: evidence, directoryHint: .isDirectory)
                    .appending(path: contestant == .plumbline ? "\(seed)" : "\(seed)-\(contestant)")
                var run = FaultRun(
                    seed: seed, profile: wanted, minutes: length, against: contestant, steps: steps, folder: folder)
                if steps == Contestant.commonSteps { run.webhookRetryFactor = Contestant.webhookRetryFactor }
                let report = try await run.run()
                progress(report.text)
                reports.parts.append(report)
                try reports.write(to: output)
            }
        }
        if reports.parts.count > 1 { progress(reports.text) }
        if !reports.isAsExpected {
            let others = against == [.plumbline] ? "" : " --against \(against.map(\.rawValue).joined(separator: " "))"
            progress(
                "it failed; the same again: ./deploy/local faults --profile \(profile.rawValue) --seed \(first) --minutes \(minutes) --parts \(parts)\(others)"
            )
            throw ExitCode.failure
        }
    }
}
