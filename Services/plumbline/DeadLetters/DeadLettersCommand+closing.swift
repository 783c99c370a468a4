import ArgumentParser
import CanonicalModel
import Operations

extension DeadLettersCommand {
    struct Archive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts open letters aside: nothing more is to be done about them.",
            discussion: """
                Letters about invoices, payments and credit notes stay open unless --money is given: their money is still
                missing somewhere. What is archived can be restored, until retention removes it; money stays for good.
                """)

        @Argument(help: "The ids of letters.")
        var letters: [String] = []

        @OptionGroup var filter: LetterFilterOptions

        @Flag(help: "Every open letter.")
        var all = false

        @Flag(help: "Also letters about money.")
        var money = false

        @Option(help: "Why; for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let query = try filter.query(letters, all: all)
            let moved = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now)
                    .archive(query, money: money, by: Database.actor(actor), reason: reason)
            }
            output.show(moved.json("archived"), text: moved.text("archived"))
            if moved.count == 0 { throw ExitCode.failure }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Opens archived letters again.")

        @Argument(help: "The ids of letters.")
        var letters: [String] = []

        @OptionGroup var filter: LetterFilterOptions

        @Flag(help: "Every archived letter.")
        var all = false

        @Option(help: "Why; for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let query = try filter.query(letters, all: all)
            let moved = try await Database.with { pool in
                try await DeadLetterOperations(pool, now: Arguments.now)
                    .restore(query, by: Database.actor(actor), reason: reason)
            }
            output.show(moved.json("restored"), text: moved.text("opened again"))
            if moved.count == 0 { throw ExitCode.failure }
        }
    }
}
