import ArgumentParser
import CanonicalModel
import Operations

/// Shows how Plumbline is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows on one screen what is wrong, and how well the systems are kept in step.",
        discussion: """
            First what is wrong, since when, and what to do; what has one root stands together. Then connections, the oldest change per flow that has not arrived, what is in flight, what is to be sent and read,
            what waits for a person, and how far the audit log is sealed. Flows and queues are as the reconciler measured
            them last. Exit code 1 where the database's schema is not that of this build; with --check also where something
            critical is wrong, or nobody looks whether anything is.
            """)

    @Flag(help: "As JSON, with every flow.")
    var json = false

    @Flag(help: "Exit with 1 where something critical is wrong, or nobody looks.")
    var check = false

    func run() async throws {
        let report = try await Database.with { try await StatusOperations($0).report() }
        print(json ? report.json.jsonText : report.text)
        if check, !report.alerts.isWell { throw ExitCode(1) }
    }
}
