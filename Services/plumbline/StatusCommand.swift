import ArgumentParser
import CanonicalModel
import Operations

/// Shows how Plumbline is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows on one screen how well the systems are kept in step.",
        discussion: """
            Connections, the oldest change per flow that has not arrived, what is in flight, what is to be sent and read,
            what waits for a person, and how far the audit log is sealed. Flows and queues are as the reconciler measured
            them last. Exit code 1 where the database's schema is not that of this build.
            """)

    @Flag(help: "As JSON, with every flow.")
    var json = false

    func run() async throws {
        let report = try await Database.with { try await StatusOperations($0).report() }
        print(json ? report.json.jsonText : report.text)
    }
}
