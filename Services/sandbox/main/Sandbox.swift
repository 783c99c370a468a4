import ArgumentParser
import Logging
import SandboxKit
import ServiceLifecycle

/// Imitates the vendors that Plumbline connects, each on its own port, all state in memory.
@main
struct Sandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Imitates HubSpot, Jobber and QuickBooks Online on ports of this machine.",
        discussion: "Services/sandbox/README.md describes the control API under /_sandbox/ on each port.")

    @OptionGroup var options: SandboxOptions

    func run() async throws {
        try await compose(options).run()
    }
}
