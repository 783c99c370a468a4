import ArgumentParser
import CanonicalModel
import Foundation
import Operations

/// Who may see protected values, and asks for them.
struct UnredactedOptions: ParsableArguments {
    @Flag(help: "Show protected values, too, where the database role may; the audit log records who looked.")
    var unredacted = false

    @Option(name: .customLong("as"), help: "Who looks; the operating-system user by default.")
    var actor: String?

    /// Who asks for them; nil for nobody.
    var name: String? { unredacted ? Database.actor(actor) : nil }
}

extension DeadLettersCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists dead letters, newest first; the open ones unless asked otherwise.")

        @OptionGroup var filter: LetterFilterOptions
        @OptionGroup var state: LetterStateOptions

        @Option(help: "The most that are shown.")
        var limit = 50

        @OptionGroup var look: UnredactedOptions
        @OptionGroup var output: ListingOptions

        func run() async throws {
            var query = try filter.query()
            query.states = try state.states()
            let wanted = query
            let limit = try Arguments.limit(limit)
            let letters = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now)
                    .list(wanted, limit: limit, unredacted: look.name)
            }
            output.show(
                .array(letters.map(\.json)),
                csv: ([DeadLetterReport.columns] + letters.map(\.cells)).map(CSVText.line).joined(),
                text: DeadLetterReport.table(letters))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows everything about a dead letter.",
            discussion: """
                Values of personal, financial and sensitive fields are left out. With --unredacted they are shown, where the
                database role may (plumbline_operator, or the tables' owner).
                """)

        @Argument(help: "The letter's id.")
        var letter: String

        @OptionGroup var look: UnredactedOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let id = try Arguments.id(letter, of: "dead letter")
            let shown = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now).show(id, unredacted: look.name)
            }
            guard let shown else { throw OperationFailure("there is no dead letter \(id)") }
            output.show(shown.json, text: shown.text)
        }
    }

    struct Group: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Groups dead letters by cause, the largest group first.",
            discussion: """
                Letters of one group have class, connection, entity and code in common, and a failure that differs in nothing
                but ids, numbers, dates and quoted words. The group's name goes with --group of every other verb.
                """)

        @OptionGroup var filter: LetterFilterOptions
        @OptionGroup var state: LetterStateOptions

        @Option(help: "The most groups that are shown.")
        var limit = 50

        @OptionGroup var output: ListingOptions

        func run() async throws {
            var query = try filter.query()
            query.states = try state.states()
            let wanted = query
            let limit = try Arguments.limit(limit)
            let groups = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now).groups(wanted, limit: limit)
            }
            output.show(groups.json, csv: groups.csv, text: groups.text)
        }
    }

    struct Count: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Counts dead letters by state, class and connection.")

        @OptionGroup var filter: LetterFilterOptions
        @OptionGroup var state: LetterStateOptions
        @OptionGroup var output: ListingOptions

        func run() async throws {
            var query = try filter.query()
            query.states = try state.states()
            let wanted = query
            let tally = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now).count(wanted)
            }
            output.show(tally.json, csv: tally.csv, text: tally.text)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes every letter that is wanted, with payload and business context, however many they are.",
            discussion: "As comma-separated values, or with --json as one JSON object per line.")

        @OptionGroup var filter: LetterFilterOptions
        @OptionGroup var state: LetterStateOptions

        @Option(help: "The file to write; it must not be there yet. Standard output by default.")
        var output: String?

        @Flag(help: "As JSON, one object per line.")
        var json = false

        @OptionGroup var look: UnredactedOptions

        func run() async throws {
            var query = try filter.query()
            query.states = try state.states()
            let wanted = query
            let file = try output.map(Self.create) ?? FileHandle.standardOutput
            if !json { try file.write(contentsOf: Data(CSVText.line(DeadLetterReport.columns).utf8)) }
            let count = try await Database.with { pool in
                var count = 0
                try await DeadLetterOperations(pool, now: Arguments.now)
                    .export(wanted, unredacted: look.name) { letters in
                        count += letters.count
                        let lines = letters.map { json ? $0.json.jsonText + "\n" : CSVText.line($0.cells) }
                        try file.write(contentsOf: Data(lines.joined().utf8))
                    }
                return count
            }
            if let output { print("wrote \(count) letters to \(output)") }
        }

        /// A file that only its owner may read, for it may hold what is protected.
        private static func create(_ path: String) throws -> FileHandle {
            guard !FileManager.default.fileExists(atPath: path),
                FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
                let file = FileHandle(forWritingAtPath: path)
            else { throw ValidationError("'\(path)' is there already, or cannot be made") }
            return file
        }
    }
}
