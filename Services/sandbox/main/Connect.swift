import ArgumentParser
import Foundation
import SandboxKit

/// Declares connections to imitated vendors that are served elsewhere: what an operator does for real ones by hand.
struct Connect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the connections to imitated vendors into a folder, for adapters to read.",
        discussion: """
            For each vendor that is named: gets tokens, has its webhooks sent to the adapter, and writes NAME.yaml with \
            the files of its secrets beside it, in a folder named secrets. What is there already stays, as long as the \
            vendor still knows its tokens; vendors that were started anew have forgotten them, and their records as well.
            """)

    @Option(help: "The folder of declarations; PLUMBLINE_CONNECTIONS_DIRECTORY of the adapters.")
    var folder: String

    @Option(help: "Where HubSpot is imitated, a comma, and where its adapter serves.")
    var hubspot: VendorAddress?

    @Option(help: "Where Jobber is imitated, a comma, and where its adapter serves.")
    var jobber: VendorAddress?

    @Option(help: "Where QuickBooks Online is imitated, a comma, and where its adapter serves.")
    var quickbooks: VendorAddress?

    @Option(help: "A line that each declaration has besides, such as 'poll_interval: 4'; may be repeated.")
    var line: [String] = []

    mutating func validate() throws {
        guard hubspot != nil || jobber != nil || quickbooks != nil else {
            throw ValidationError("name at least one of --hubspot, --jobber, --quickbooks")
        }
    }

    func run() async throws {
        let place = URL(filePath: folder, directoryHint: .isDirectory)
        for (name, role, address) in [
            ("hubspot", "crm", hubspot), ("jobber", "fsm", jobber), ("quickbooks", "ledger", quickbooks),
        ] {
            guard let address else { continue }
            let connection = ImitatedConnection(name: name, role: role, address: address, more: line)
            let declared = try await connection.write(to: place)
            print(declared ? "connected \(name) at \(address.vendor)" : "\(name) is connected already")
        }
    }
}

/// Where a vendor is imitated, and where its adapter takes webhooks: two URLs with a comma between.
struct VendorAddress: ExpressibleByArgument {
    let vendor: String
    let adapter: String

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy({ $0.hasPrefix("http://") || $0.hasPrefix("https://") }) else {
            return nil
        }
        (vendor, adapter) = (parts[0], parts[1])
    }
}
