import ArgumentParser
import CanonicalModel
import Operations

/// Shows the connections.
struct ConnectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "Shows the connections.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the connections with their roles and how they are.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let connections = try await Database.with { try await ConnectionOperations($0).list() }
            output.show(.array(connections.map(Self.json)), text: Self.text(connections))
        }

        private static func text(_ connections: [ConnectionOperations.Listed]) -> String {
            guard !connections.isEmpty else { return "no adapter has declared a connection yet" }
            return connections.map { "\($0.id)  \($0.role.rawValue)  \($0.vendor)  \($0.baseURL)  \($0.state)" }
                .joined(separator: "\n")
        }

        private static func json(_ connection: ConnectionOperations.Listed) -> JSONValue {
            [
                "id": .string(connection.id.name), "role": .string(connection.role.rawValue),
                "vendor": .string(connection.vendor), "account": .string(connection.account),
                "base_url": .string(connection.baseURL), "paused": .bool(connection.isPaused),
                "state": .string(connection.state),
            ]
        }
    }
}
