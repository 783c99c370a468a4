import ArgumentParser
import Foundation

/// Breaks a running Plumbline on purpose, and says whether anything was lost, done twice, or done without a reason.
@main
struct Faults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults",
        abstract: "Breaks a running Plumbline on purpose, and says whether anything was lost or done twice.",
        subcommands: [RandomFaults.self, CrashPoints.self, Restores.self, Drill.self, Containers.self],
        defaultSubcommand: RandomFaults.self)
}
