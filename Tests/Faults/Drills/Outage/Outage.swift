import ArgumentParser

/// The field service is away while people go on working.
struct Outage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outage",
        abstract: "The field service is away while thousands of changes queue up, and comes back with its limit.",
        discussion: """
            Every way to the field service is cut. Meanwhile records are renamed several times each in the CRM, and other \
            customers' names go from the CRM to the ledger at a slow pace, before, during and after. When the field service \
            is back, its adapter has so many requests a second for what has queued up.
            """)

    @OptionGroup var options: DrillOptions

    @Option(help: "How many records are changed while the field service is away.")
    var records = 10_000

    @Option(help: "How many changes they get in all.")
    var changes = 20_000

    @Option(help: "How many changes come a second.")
    var rate = 60.0

    @Option(help: "How many requests a second the field service allows.")
    var limit = 50

    @Option(help: "For how many seconds the live traffic is measured before the outage.")
    var before = 90

    mutating func validate() throws {
        guard records > 0, changes >= records else {
            throw ValidationError("--records must be more than 0, and --changes no fewer than these")
        }
        guard rate > 0, limit > 0, before > 0 else {
            throw ValidationError("--rate, --limit and --before must be more than 0")
        }
    }

    func run() async throws {
        let run = OutageRun(records: records, changes: changes, rate: rate, limit: limit, before: before)
        try await options.run("outage") { report in try await run.run(&report) }
    }
}
