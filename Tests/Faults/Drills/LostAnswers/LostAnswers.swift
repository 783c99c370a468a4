import ArgumentParser

/// Writes whose answers are lost after the vendor has carried them out.
struct LostAnswers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lost-answers",
        abstract: "Thousands of creates, of which every twentieth loses its answer after the vendor's commit.",
        discussion: """
            Records and commands are written as the router writes them; the adapter of one vendor after the other carries \
            them out. Where a vendor's objects are never created by Plumbline (HubSpot), records are updated instead. At \
            the field service some creates are also carried out long after they count as not done. The vendor's own \
            history says what was done twice, and for how long (docs/guarantees.md).
            """)

    @OptionGroup var options: DrillOptions

    @Option(help: "How many customers are created at each vendor; sites, jobs and invoices are a tenth of that each.")
    var creates = 20_000

    @Option(help: "How many of the field service's creates are carried out only after they count as not done.")
    var late = 40

    @Option(parsing: .upToNextOption, help: "Only these vendors: hubspot, jobber, quickbooks.")
    var connector: [String] = []

    mutating func validate() throws {
        guard creates > 0 else { throw ValidationError("--creates must be more than 0, not \(creates)") }
        for name in connector where NativeSystem(vendor: name) == nil {
            let all = NativeSystem.allCases.map(\.vendor).joined(separator: ", ")
            throw ValidationError("there is no connector '\(name)'; there are: \(all)")
        }
    }

    func run() async throws {
        let chosen = connector.isEmpty ? NativeSystem.allCases : connector.compactMap(NativeSystem.init(vendor:))
        try await options.run("lost-answers") { report in
            for system in chosen {
                let trial = LostAnswersTrial(connector: system, count: creates, late: system == .fsm ? late : 0)
                try await trial.run(&report)
            }
        }
    }
}
