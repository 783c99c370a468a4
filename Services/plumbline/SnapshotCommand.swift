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

        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard let connection = try Arguments.connection(connection) else { return }
            let kinds = try entities.compactMap { try Arguments.word($0, EntityKind.self) }
            let runs = try await Database.with { pool in
                try await SnapshotOperations(pool, now: Arguments.now).request(
                    kinds, of: connection, by: Database.actor(actor))
            }
            let pairs = zip(kinds, runs)
            output.show(
                .array(pairs.map { ["entity": .string($0.rawValue), "run": .string($1.description)] }),
                text: pairs.map { "asked for \(connection) \($0.rawValue): run \($1)" }.joined(separator: "\n"))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the newest snapshots.")

        @Option(help: "The most that are shown.")
        var limit = 20

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let limit = try Arguments.limit(limit)
            let runs = try await Database.with { pool in
                try await SnapshotOperations(pool, now: Arguments.now).list(limit: limit)
            }
            output.show(.array(runs.map(\.json)), text: SnapshotOperations.text(runs))
        }
    }
}
