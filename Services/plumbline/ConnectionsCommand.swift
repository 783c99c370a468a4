import ArgumentParser
import CanonicalModel
import Operations

/// Shows the connections, connects their accounts and pauses them.
struct ConnectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "Shows the connections, connects their accounts, and pauses them.",
        subcommands: [List.self, AuthorizeCommand.self, Pause.self, Resume.self])

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pauses a connection: nothing is read or written there, and what is for it waits.",
            discussion: "Changes that wait for a paused connection are late, and stay an alert: nobody is to forget it."
        )

        @OptionGroup var change: Change

        func run() async throws { try await change.make(isPaused: true) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends the pause of a connection; what has waited goes at once.")

        @OptionGroup var change: Change

        func run() async throws { try await change.make(isPaused: false) }
    }

    /// What pausing and going on have in common.
    struct Change: ParsableArguments {
        @Argument(help: "The connection's name.")
        var connection: String

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        func make(isPaused: Bool) async throws {
            try await Database.with {
                try await ConnectionOperations($0).pause(
                    ConnectionID(connection), isPaused, by: Database.actor(actor), reason: reason, at: Arguments.now())
            }
            print("\(connection) \(isPaused ? "is paused" : "goes on")")
        }
    }

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
