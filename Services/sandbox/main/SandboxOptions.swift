import ArgumentParser

/// The command line of the sandbox.
struct SandboxOptions: ParsableArguments {
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "HubSpot's port; 0 takes a free one.")
    var hubspotPort = 0

    @Option(help: "Jobber's port; 0 takes a free one.")
    var jobberPort = 0

    @Option(help: "QuickBooks Online's port; 0 takes a free one.")
    var quickbooksPort = 0

    @Option(help: "Send all webhooks of each vendor to this URL followed by /hubspot, /jobber or /quickbooks.")
    var webhookBase: String?

    @Option(help: "Write the line with the ports to this file too, once all serve.")
    var readyFile: String?

    @Flag(help: "Count rate limits without enforcing them, for benchmarks.")
    var liftLimits = false

    @Option(help: "A fixed time that each request takes, in milliseconds.")
    var latencyMs: Int64 = 0

    @Option(help: "The seed of ids, tokens and chances.")
    var seed: UInt64 = 1

    @Option(help: "The least level to log: trace, debug, info, notice, warning, error or critical.")
    var logLevel = "warning"

    mutating func validate() throws {
        for (name, port) in [("hubspot", hubspotPort), ("jobber", jobberPort), ("quickbooks", quickbooksPort)]
        where !(0...65_535).contains(port) {
            throw ValidationError("--\(name)-port must be from 0 to 65535, not \(port)")
        }
        guard latencyMs >= 0 else { throw ValidationError("--latency-ms must not be negative") }
        if let webhookBase, !webhookBase.hasPrefix("http") {
            throw ValidationError("--webhook-base must be a URL, not \(webhookBase)")
        }
    }

    func port(of vendor: String) -> Int {
        switch vendor {
        case "hubspot": hubspotPort
        case "jobber": jobberPort
        default: quickbooksPort
        }
    }
}
