import ArgumentParser
import Foundation

/// Measures Plumbline on the servers that the environment names.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures Plumbline, beside what a team would write instead.",
        discussion: """
            Each figure is the median of several rounds; peers are measured in the same rounds, in turn with Plumbline. \
            docs/benchmarks.md says what each figure means.
            Needs PLUMBLINE_DATABASE_URL and PLUMBLINE_AMQP_URL; ./deploy/local bench sets them.
            Exit codes: 0 all was measured, 1 something could not be, 64 wrong use.
            """)

    @Option(help: "How many rounds; a figure is their median.")
    var rounds = 5

    @Option(
        parsing: .upToNextOption,
        help: "Measure only some: codec, publish, router, ingress, egress, e2e, cost, sandbox, idle.")
    var only: [Subject] = []

    @Option(help: "A folder with a program `run` that routes events as others would; see docs/benchmarks.md.")
    var peers: String?

    @Option(help: "Where the figures go as JSON.")
    var output = ".plumbline/bench.json"

    mutating func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds must be more than 0, not \(rounds)") }
    }

    func run() async throws {
        let setup = try BenchSetup(
            environment: ProcessInfo.processInfo.environment, rounds: rounds, peers: peers)
        var report = BenchReport()
        var failed = false
        for subject in Subject.allCases where only.isEmpty || only.contains(subject) {
            progress("\n\(subject.title)")
            do {
                let figures = try await subject.measure(setup)
                for figure in figures { progress("  " + figure.line) }
                report.figures += figures
                try report.write(to: output)
            } catch {
                failed = true
                progress("  could not be measured: \(error)")
            }
        }
        if failed { throw ExitCode.failure }
    }
}
