import ArgumentParser
import CanonicalModel
import Operations

/// Shows what people must decide.
struct ProposalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proposals", abstract: "Shows edits and held changes that wait for a person's decision.",
        subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists proposals with both values, longest waiting first.")

        @Option(help: "Only of this record.")
        var record: String?

        @Option(help: "Only edits made in this connection.")
        var connection: String?

        @Option(help: "Only of this kind of record.")
        var entity: String?

        @Option(help: "Only of this kind, such as scope_hold or contact_proposal.")
        var kind: String?

        @Flag(help: "Also those that were decided or withdrawn.")
        var all = false

        @Option(help: "The most that are shown.")
        var limit = 50

        @OptionGroup var output: OutputOptions

        func run() async throws {
            var query = ProposalOperations.Query()
            query.record = try record.map { try Arguments.id($0, of: "record") }
            query.connection = try Arguments.connection(connection)
            query.entity = try Arguments.word(entity, EntityKind.self)
            query.kind = try Arguments.word(kind, of: ProposalOperations.kinds)
            query.all = all
            query.limit = try Arguments.limit(limit)
            let wanted = query
            let proposals = try await Database.with { try await ProposalOperations($0).list(wanted) }
            output.show(.array(proposals.map(\.json)), text: ProposalOperations.text(proposals))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows everything about a proposal.")

        @Argument(help: "The proposal's id.")
        var proposal: String

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let id = try Arguments.id(proposal, of: "proposal")
            guard let shown = try await Database.with({ try await ProposalOperations($0).show(id) }) else {
                throw OperationFailure("there is no proposal \(id)")
            }
            output.show(shown.json, text: shown.text)
        }
    }
}
