public import ArgumentParser
import Foundation
public import Simulation
import SyncPolicy

/// Plays schedules from seeds, and says which promises were broken.
@main
struct SimulationProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulation",
        abstract: "Plays the services' steps under a simulated clock, network and scheduler.",
        discussion: """
            Each schedule has at least 20 actions of people on 3 records in three modelled systems, and at least 3 \
            faults. The loops are the product's own, on a store in memory. The same seed gives the same schedule, step by \
            step. docs/decisions/0018 says what is judged.
            Exit codes: 0 no promise was broken, 1 one was, 64 wrong use.
            """)

    @Option(help: "The seed of the first schedule; the others have the next numbers. By default a new one each time.")
    var seed: UInt64?

    @Option(help: "How many schedules.")
    var schedules = 10_000

    @Option(help: "How many are played at once; by default as many as there are processors.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "The policy by which the router decides.")
    var policy = "deploy/policy/source-of-truth.yaml"

    @Option(parsing: .upToNextOption, help: "Safeguards that the store goes without, to see that this is noticed.")
    var without: [Omission] = []

    @Option(parsing: .upToNextOption, help: "Only these kinds of faults, such as kill or late-commits.")
    var kinds: [Fault.Kind] = Fault.Kind.allCases

    @Option(help: "Where the figures go as JSON.")
    var json: String?

    mutating func validate() throws {
        guard schedules > 0 else { throw ValidationError("--schedules must be more than 0, not \(schedules)") }
        guard jobs > 0 else { throw ValidationError("--jobs must be more than 0, not \(jobs)") }
    }

    func run() async throws {
        try Determinism.demand()
        let simulation = Simulation(
            policy: try SourceOfTruth(yaml: String(contentsOfFile: policy, encoding: .utf8), version: 1),
            omitting: Set(without))
        let first = seed ?? .random(in: 0..<1 << 48)
        let campaign = await Campaign.run(simulation, from: first, count: schedules, jobs: jobs, kinds: kinds)
        print(campaign.summary)
        if let failing = campaign.failures.first { print(story(of: failing, simulation)) }
        if let json { try campaign.json.write(toFile: json, atomically: true, encoding: .utf8) }
        if !campaign.failures.isEmpty { throw ExitCode(1) }
    }

    /// A failing schedule, as small as it can be made.
    private func story(of seed: UInt64, _ simulation: Simulation) -> String {
        let smallest = simulation.shrink(Schedule(seed: seed, kinds: kinds))
        var lines = ["seed \(seed) fails; what is left of its schedule:"]
        lines += smallest.actions.map { "  \($0)" } + smallest.faults.map { "  \($0)" }
        let play = simulation.play(smallest)
        lines += play.violations.map { "  ⇒ \($0)" }
        lines.append("what has happened at the vendors:")
        lines += play.chronicle.map { "  \($0)" }
        return lines.joined(separator: "\n")
    }
}

extension Omission: ExpressibleByArgument {}
extension Fault.Kind: ExpressibleByArgument {}
