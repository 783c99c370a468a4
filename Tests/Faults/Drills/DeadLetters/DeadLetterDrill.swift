import ArgumentParser
import Foundation
import SystemSupport

/// A hundred thousand dead letters of some two dozen causes, as an outage leaves them: looked at, mended and replayed.
struct DeadLetterDrill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Makes letters by real refusals, and replays them while people work and processes die.",
        discussion: """
            The adapters send to the imitated vendors and are refused for the vendors' own reasons; the router gets events \
            that it cannot read. Then the times of the command line are taken, the causes are mended, the vendors allow \
            200 calls a second in all, and everything is replayed while customers are renamed at the CRM. In the middle \
            the reconciler and an adapter are killed. What was sent is counted in the vendors' own histories.
            """)

    @Option(help: "How many letters.")
    var letters = 100_000

    @Option(help: "How many customers each system refuses; by default as many as give that many letters.")
    var records: Int?

    @Option(help: "How many customers are renamed at the CRM each second while the replay goes on.")
    var renames = 7

    @Option(help: "For how many seconds live work is measured without the replay.")
    var calmSeconds = 60

    @OptionGroup var options: DrillOptions

    mutating func validate() throws {
        guard letters >= 500 else { throw ValidationError("--letters must be at least 500, not \(letters)") }
        if let records, records * 3 > letters {
            throw ValidationError("--records must be at most a third of --letters, for each gives three")
        }
        guard renames > 0, calmSeconds > 0 else {
            throw ValidationError("--renames and --calm-seconds must be positive")
        }
    }

    func run() async throws {
        try await options.run("dead-letters") { report in
            let seed = report.seed
            let (letters, records, renames, calm) = (letters, records, renames, calmSeconds)
            report = try await LetterSystem.run(seed: seed) { [report] bed in
                try await LetterRun(
                    bed: bed, plan: LetterPlan(letters: letters, records: records), renamesPerSecond: renames,
                    calm: .seconds(calm)
                ).run(report)
            }
        }
    }
}
