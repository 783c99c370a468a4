import ArgumentParser
import Foundation
import SystemSupport

/// Has each process die at each of its named points.
struct CrashPoints: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crash-points",
        abstract: "Kills each process at each of its named points while people work.",
        discussion: """
            Debug builds have points before and after each commit, publish, confirm, request, answer, link and \
            acknowledgement. Each process is started once for each of its points, and dies there; where a write was on \
            its way to a vendor, once with the write carried out and once without. Then the histories of the vendors are \
            compared with what people intended. A point that no process comes by fails the run, as does one that is not \
            in the catalogue.
            Exit codes: 0 nothing was lost, duplicated or unexpected, 1 something was, 64 wrong use.
            """)

    @Option(help: "The seed; by default a new one each time.")
    var seed: UInt64?

    @Option(parsing: .upToNextOption, help: "Only these services, such as fsm-adapter.")
    var services: [String] = []

    @Option(help: "Only points with this text in their names.")
    var containing: String?

    @Flag(help: "Each point after each other point of the same service.")
    var pairs = false

    @Option(help: "Of the pairs, one part of so many …")
    var parts = 1

    @Option(help: "… and which, from 1.")
    var part = 1

    @Option(help: "Where the figures go as JSON.")
    var output = ".plumbline/crash-points.json"

    @Option(help: "Where the evidence goes.")
    var evidence = ".plumbline/faults/crash-points"

    @Flag(help: "Only print the cases.")
    var dryRun = false

    mutating func validate() throws {
        for name in services where SystemService(rawValue: name) == nil {
            throw ValidationError(
                "there is no service '\(name)'; there are: "
                    + SystemService.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard parts > 0, (1...parts).contains(part) else {
            throw ValidationError("--part must be from 1 to --parts, not \(part) of \(parts)")
        }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 0..<1_000_000)
        let chosen = CrashCatalogue.cases.mapValues { cases in
            cases.filter { containing == nil || $0.point.contains(containing ?? "") }
        }.filter { services.isEmpty || services.contains($0.key.rawValue) }
        var cases = CrashRun.single(seed: seed, chosen)
        if pairs { cases = chosen.mapValues { CrashRun.part(part, of: parts, CrashRun.pairs($0)) } }
        if dryRun {
            progress(cases.values.flatMap(\.self).map(\.description).sorted().joined(separator: "\n"))
            return
        }
        let folder = URL(filePath: evidence, directoryHint: .isDirectory).appending(path: "\(seed)")
        let report = try await CrashRun(seed: seed, cases: cases, folder: folder).run()
        progress(report.text)
        var reports = FaultReports()
        reports.parts.append(report)
        try reports.write(to: output)
        guard report.isGood else {
            progress("it failed; the same again: ./deploy/local faults crash-points --seed \(seed)")
            throw ExitCode.failure
        }
    }
}
