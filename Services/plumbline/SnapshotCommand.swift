import ArgumentParser
import CanonicalModel
import Operations

/// Asks for snapshots.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Asks for snapshots of what a system holds, and shows them.",
        subcommands: [Request.self, List.self])

    struct Request: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks for all objects of one or more entities at a connection.")

        @Argument(help: "The connection.")
        var connection: String

        @Argument(help: ArgumentHelp("The kinds of record, such as customer.", valueName: "entity"))
        var entities: [String]

        @Option(name: .customLong("as"), help: "Who asks; the operating-system user by default.")
        var actor: String?

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            guard let connection = try Arguments.connection(connection) else { return }
            let kinds = try entities.compactMap { try Arguments.word($0, EntityKind.self) }
            let runs = try await Database.with { pool in
                try await SnapshotOperations(pool, now: Arguments.now).request(
                    kinds, of: connection, by: Database.actor(actor))
            }
            let pairs = zip(kinds, runs)
            if json {
                print(
                    JSONValue.array(
                        pairs.map { ["entity": .string($0.rawValue), "run": .string($1.description)] }
                    ).jsonText)
                return
            }
            for (kind, run) in pairs { print("asked for \(connection) \(kind.rawValue): run \(run)") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the newest snapshots.")

        @Option(help: "The most that are shown.")
        var limit = 20

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let limit = try Arguments.limit(limit)
            let runs = try await Database.with { pool in
                try await SnapshotOperations(pool, now: Arguments.now).list(limit: limit)
            }
            print(json ? JSONValue.array(runs.map(\.json)).jsonText : SnapshotOperations.text(runs))
        }
    }
}
