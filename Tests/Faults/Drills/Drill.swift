import ArgumentParser

/// The exercises with a figure that is promised: each on a system of its own, with one trouble of a stated size.
struct Drill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Exercises one trouble of a stated size, and measures what was promised.",
        discussion: """
            Exit codes: 0 all that was promised has held, 1 something has not, 64 wrong use.
            """,
        subcommands: [DeadLetterDrill.self, LostAnswers.self, Outage.self, LostServers.self])
}

/// What all drills are asked.
struct DrillOptions: ParsableArguments {
    @Option(help: "The seed; by default a new one each time.")
    var seed: UInt64?

    @Option(help: "Where the figures go as JSON; by default .plumbline/NAME.json.")
    var output: String?

    @Option(help: "What it means that work went through more slowly than promised: judged, or only shown, as in tests.")
    var pace = PaceVerdict.judged

    /// Carries the drill out, writes its report, and ends with the exit code that it deserves.
    func run(_ name: String, _ body: (inout DrillReport) async throws -> Void) async throws {
        var report = DrillReport(drill: name, seed: seed ?? UInt64.random(in: 0..<1_000_000), pace: pace)
        try await body(&report)
        try report.write(to: output ?? ".plumbline/\(name).json")
        progress(report.text)
        guard report.isGood else { throw ExitCode.failure }
    }
}
