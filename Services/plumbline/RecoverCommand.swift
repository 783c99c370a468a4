import ArgumentParser
import CanonicalModel
import Operations

/// Recovers from a backup that was restored into the database.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Goes on from a backup that was restored into the database.",
        discussion: """
            A restored database is older than the systems. `begin` comes before the services are started: from then on nothing is
            written to any system until everything was read again, which goes by itself; `finish` closes the matter.
            deploy/runbooks/database-restored.md has the steps.
            """,
        subcommands: [Begin.self, Show.self, Finish.self])

    struct Begin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Holds all writing until everything was read again; while all services are stopped.")

        @Option(
            name: .customLong("restored-to"),
            help: ArgumentHelp(
                "The time of the backup: 2026-11-21T08:00:00Z, or back from now: 90m. Rather too early than too late.",
                valueName: "time"))
        var restoredTo: String

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard let moment = try Arguments.moment(restoredTo) else { return }
            let report = try await Database.with {
                try await RecoveryOperations($0).begin(
                    restoredTo: moment, by: Database.actor(actor), reason: reason)
            }
            output.show(report.json, text: report.text)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what is left to be read, connection by connection.",
            discussion: "With --check the exit code is 1 while nothing may be written.")

        @Flag(help: "Exit with 1 while nothing may be written.")
        var check = false

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let report = try await Database.with { try await RecoveryOperations($0).report() }
            output.show(report?.json ?? .null, text: report?.text ?? "no recovery is open")
            if check, report?.isHeld == true { throw ExitCode.failure }
        }
    }

    struct Finish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes the recovery once everything was read again.",
            discussion: """
                With --force also before: writing goes on at once, and what was not read may be overwritten by older values. Creates
                are still looked for first, for a day.
                """)

        @Flag(help: "Close it though something is left; what is not read yet may be overwritten.")
        var force = false

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        func run() async throws {
            try await Database.with {
                try await RecoveryOperations($0).finish(
                    isForced: force, by: Database.actor(actor), reason: reason)
            }
            print("the recovery is closed")
        }
    }
}
