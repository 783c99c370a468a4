import ArgumentParser
import CanonicalModel
import Operations

/// Ends an upgrade without a stop.
struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade", abstract: "Shows how far an upgrade without a stop is, and ends it.",
        discussion: """
            While services are replaced one after another, messages are written as the older release reads them. `finish` says that
            none of it is left. Until then a service can be put back to the older release, afterwards not.
            deploy/runbooks/upgrade.md has the steps.
            """,
        subcommands: [Show.self, Finish.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows which version of messages is written, and which processes read no newer one.",
            discussion: "With --check the exit code is 1 while there are such.")

        @Flag(help: "Exit with 1 while processes of an older release are seen.")
        var check = false

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let report = try await Database.with { try await UpgradeOperations($0).report() }
            output.show(report.json, text: report.text)
            if check, report.isOpen, report.hasOlder { throw ExitCode.failure }
        }
    }

    struct Finish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has everybody write the newest version of messages; there is no way back.",
            discussion: """
                It is refused while processes of an older release are seen. With --force it is done all the same: what they are sent
                from then on becomes dead letters. Where it was done before, nothing happens, and the exit code is 0.
                """)

        @Flag(help: "Do it though processes of an older release are seen; what they are sent becomes dead letters.")
        var force = false

        @Option(help: "Why, for the audit log.")
        var reason: String

        @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
        var actor: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let report = try await Database.with {
                try await UpgradeOperations($0).finish(
                    isForced: force, by: Database.actor(actor), reason: reason)
            }
            output.show(report.json, text: report.text)
        }
    }
}
