import ArgumentParser
import ServiceLifecycle

/// Serves the imitations until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the imitated vendors until SIGTERM or SIGINT (the default).")

    @OptionGroup var options: SandboxOptions

    func run() async throws {
        try await compose(options).run()
    }
}
