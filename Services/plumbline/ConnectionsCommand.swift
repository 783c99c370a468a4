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

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let connections = try await Database.with { try await ConnectionOperations($0).list() }
            if json {
                print(JSONValue.array(connections.map(Self.json)).jsonText)
                return
            }
            if connections.isEmpty { print("no adapter has declared a connection yet") }
            for connection in connections {
                print(
                    "\(connection.id)  \(connection.role.rawValue)  \(connection.vendor)  \(connection.baseURL)  "
                        + connection.state)
            }
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
