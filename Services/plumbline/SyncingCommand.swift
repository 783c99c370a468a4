import ArgumentParser
import CanonicalModel
import Operations

/// Lets things be looked at and sent again.
struct SyncingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Lets records be read and sent again.", subcommands: [Force.self])

    struct Force: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets objects be read again, whether or not anything seems to have changed.",
            discussion: """
                The adapters read the objects by their ids and report every field; what differs takes its usual way. With
                --push the newest desired state is compared again with what each system shows, and what differs is sent.
                Nothing is overwritten that would not be overwritten otherwise.
                """)

        @Argument(help: ArgumentHelp("Records by their ids, or objects.", valueName: "record|connection:type:id"))
        var targets: [String]

        @Flag(help: "Also send the desired state again where a system shows something else.")
        var push = false

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let targets = try targets.map { text in
                guard let target = SyncOperations.Target(text) else {
                    throw ValidationError("'\(text)' is neither a record's id nor CONNECTION:TYPE:ID")
                }
                return target
            }
            let forced = try await Database.with { pool in
                try await SyncOperations(pool, now: Arguments.now).force(
                    targets, push: push, by: Database.actor(actor), reason: reason)
            }
            output.show(
                forced.json,
                text: forced.objects.isEmpty && forced.pushes.isEmpty ? "the record is in no system yet" : forced.text)
        }
    }
}
