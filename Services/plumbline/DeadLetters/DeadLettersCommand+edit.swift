import ArgumentParser
import CanonicalModel
import Operations

extension DeadLettersCommand {
    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Corrects what open letters hold, one or many by one patch, before they are replayed.",
            discussion: """
                All letters are corrected or none; each fault is named. A message is sent corrected. Of work, what one system
                shall show is corrected for that system alone, until the record changes again: correct it at its owner, too.
                The original is kept, with who has corrected it and why. The exit code is 1 where nothing could be corrected.
                """)

        @Argument(help: "The ids of letters.")
        var letters: [String] = []

        @OptionGroup var filter: LetterFilterOptions

        @Flag(help: "Every open letter.")
        var all = false

        @Option(
            help: ArgumentHelp(
                "Give a field this value: customer.phone='\"555 0100\"'.", valueName: "entity.field=json"))
        var set: [String] = []

        @Option(help: ArgumentHelp("Take a field's value away.", valueName: "entity.field"))
        var clear: [String] = []

        @Option(
            help: ArgumentHelp("Take a field out of the message, also one that is unknown.", valueName: "entity.field"))
        var remove: [String] = []

        @Flag(help: "Only say what would be done.")
        var dryRun = false

        @Option(help: "Why; kept with the letter and in the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let query = try filter.query(letters, all: all)
            var patch = LetterPatch()
            do throws(OperationFailure) {
                for text in set { try patch.set(text) }
                for text in clear { try patch.clear(text) }
                for text in remove { try patch.remove(text) }
            } catch {
                throw ValidationError(error.description)
            }
            guard !patch.isEmpty else {
                throw ValidationError("name what is to be corrected: --set, --clear or --remove")
            }
            let wanted = patch
            let edit = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now)
                    .edit(query, wanted, by: Database.actor(actor), reason: reason, dryRun: dryRun)
            }
            output.show(edit.json, text: edit.text)
            if !edit.isGood || edit.changed == 0 { throw ExitCode.failure }
        }
    }
}
