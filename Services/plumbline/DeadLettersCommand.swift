import ArgumentParser
import CanonicalModel
import Operations

/// Shows what could not be done.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "Shows what could not be done and waits for a person.",
        subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists dead letters, newest first; the open ones unless asked otherwise.")

        @Option(help: "Only of this connection.")
        var connection: String?

        @Option(
            name: .customLong("class"),
            help: ArgumentHelp("Only of this class of failure, such as validation or undecodable.", valueName: "class"))
        var failureClass: String?

        @Option(help: "Only of this kind of record.")
        var entity: String?

        @Option(help: "Only with these words in failure, fix, code, ids, headers or payload.")
        var text: String?

        @Option(help: "Only what failed at this time or later: RFC 3339, a date, or back from now: 90m, 2h, 3d.")
        var since: String?

        @Option(help: "Only what failed first before this time.")
        var until: String?

        @Flag(help: "Which ones.")
        var state = State.open

        @Option(help: "The most that are shown.")
        var limit = 50

        @OptionGroup var output: OutputOptions

        /// Which letters are shown, by their state.
        enum State: EnumerableFlag {
            case open
            case all

            static func help(for value: State) -> ArgumentHelp? {
                value == .open
                    ? "Those that wait for a person." : "Also those that were replayed, resolved or archived."
            }
        }

        func run() async throws {
            var query = DeadLetterOperations.Query()
            query.connection = try Arguments.connection(connection)
            query.failureClass = try Arguments.word(failureClass, of: DeadLetterOperations.classes)
            query.entity = try Arguments.word(entity, EntityKind.self)
            query.text = text
            query.since = try Arguments.moment(since)
            query.until = try Arguments.moment(until)
            query.all = state == .all
            query.limit = try Arguments.limit(limit)
            let wanted = query
            let letters = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now).list(wanted)
            }
            output.show(.array(letters.map(\.json)), text: DeadLetterOperations.text(letters))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows everything about a dead letter.",
            discussion: """
                Values of personal, financial and sensitive fields are left out of the payload. With --unredacted they are
                shown, where the database role may (the tables' owner, or a member of plumbline_personal_data); the audit
                log records who looked.
                """)

        @Argument(help: "The letter's id.")
        var letter: String

        @Flag(help: "Show the payload as it is.")
        var unredacted = false

        @Option(name: .customLong("as"), help: "Who looks; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let id = try Arguments.id(letter, of: "dead letter")
            let shown = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now).show(
                    id, unredacted: unredacted, by: Database.actor(actor))
            }
            guard let shown else { throw OperationFailure("there is no dead letter \(id)") }
            output.show(shown.json, text: shown.text)
        }
    }
}
