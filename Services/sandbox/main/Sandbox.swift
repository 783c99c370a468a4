import ArgumentParser

/// Imitates the vendors that Plumbline connects, each on its own port, all state in memory.
@main
struct Sandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Imitates HubSpot, Jobber and QuickBooks Online on ports of this machine.",
        discussion: "Services/sandbox/README.md describes the control API under /_sandbox/ on each port.",
        subcommands: [Serve.self, Connect.self, Health.self], defaultSubcommand: Serve.self)
}
