import ArgumentParser
import CanonicalModel
import Operations

/// Shows what is wrong.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Shows what is wrong, and what was.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the alerts that are raised.",
            discussion: """
                An alert is raised by itself when something has been wrong for long enough, and resolved by itself when it
                is over. Exit code 1 where something critical is wrong, or nobody looks, with --check.
                """)

        @Flag(help: "Also those that were resolved within the last 30 days.")
        var all = false

        @Flag(help: "Exit with 1 where something critical is wrong, or nobody looks.")
        var check = false

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let report = try await Database.with { try await AlertOperations($0).report(past: all) }
            output.show(report.json, text: all ? report.listing : report.text)
            if check, !report.isWell { throw ExitCode(1) }
        }
    }
}
