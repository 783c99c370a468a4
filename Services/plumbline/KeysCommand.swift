import ArgumentParser
import CanonicalModel
import Foundation
import Operations

/// Shows which keys have sealed what, and seals it under another one.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Shows which keys have sealed what, and seals it under the current one.",
        discussion: """
            The keys are those of the adapters and the reconciler: PLUMBLINE_MASTER_KEY_FILE, PLUMBLINE_MASTER_KEY_PREVIOUS_FILE,
            PLUMBLINE_AUDIT_SIGNING_KEY_FILE, or the same with _COMMAND for a program that prints the key. The database role must
            be the tables' owner: those of people see no tokens.
            """,
        subcommands: [List.self, Reseal.self, Discard.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the keys, what each has sealed or signed, and how much of it the keys at hand can read.",
            discussion: """
                Vendors' tokens are opened for it; seals of the audit log count as readable where their key is at hand, as the
                signing key or among PLUMBLINE_AUDIT_PUBLIC_KEYS. Whether they are right is told by plumbline audit verify.
                """)

        @OptionGroup var output: ListingOptions

        func run() async throws {
            let keys = try await Configured.keys()
            let listing = try await Database.with { try await KeyOperations($0, now: Arguments.now).list(keys) }
            output.show(listing.json, csv: listing.csv, text: listing.text)
        }
    }

    struct Reseal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seals under the current master key what another one has sealed.",
            discussion: """
                It needs the other key, too, as PLUMBLINE_MASTER_KEY_PREVIOUS_FILE or …_COMMAND. Run it once all adapters have the
                new key as their current one; they may be at work. Tokens that an adapter refreshes meanwhile stay as they are. It
                may be broken off and run again. Exit code 1 where something could not be opened, which is named, or is left.
                """)

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let keys = try await Configured.keys()
            let result = try await Database.with { pool in
                try await KeyOperations(pool, now: Arguments.now).reseal(
                    keys, by: Database.actor(actor), reason: reason,
                    progress: { state in
                        // Beside the result, which may go to a program.
                        FileHandle.standardError.write(Data("sealed anew under \(state.key): \(state.done)\n".utf8))
                    })
            }
            output.show(result.json, text: result.text)
            if !result.isComplete { throw ExitCode.failure }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes tokens that a lost master key has sealed, so that their accounts can be connected anew.",
            discussion: """
                Each account begins anew with the refresh token that its connection's file declares; put a new one there first
                where the vendor takes each only once. Nothing is removed where the key is at hand.
                """)

        @Argument(help: "The id of the lost key, as plumbline keys list shows it.")
        var key: String

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let keys = try await Configured.keys()
            let accounts = try await Database.with { pool in
                try await KeyOperations(pool, now: Arguments.now).discard(
                    sealedBy: key, keys, by: Database.actor(actor), reason: reason)
            }
            output.show(
                ["key": .string(key), "accounts": .array(accounts.map { .string($0) })],
                text: accounts.map { "removed the tokens of \($0)" }.joined(separator: "\n"))
        }
    }
}
