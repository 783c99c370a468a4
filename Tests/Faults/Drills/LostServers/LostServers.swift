import ArgumentParser

/// Broker and database are lost at once, in the middle of the day.
struct LostServers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lost-servers",
        abstract: "The broker loses all its data and the database is killed, with thousands of messages on their way.",
        discussion: """
            People rename customers in the CRM, several hundred a second, each customer once. The router stands still until \
            so many confirmed messages wait in the broker; then the broker is killed and robbed of its data, and the \
            database is killed with it. Both are started again, while people go on.
            """)

    @OptionGroup var options: DrillOptions

    @Option(help: "How many confirmed messages wait in the broker when it is lost.")
    var messages = 10_000

    @Option(help: "How many changes people make a second.")
    var rate = 300.0

    @Option(help: "For how many seconds the servers are away.")
    var away = 5

    mutating func validate() throws {
        guard messages > 0, rate > 0, away >= 0 else {
            throw ValidationError("--messages and --rate must be more than 0, --away at least 0")
        }
    }

    func run() async throws {
        let run = LostServersRun(messages: messages, rate: rate, away: away)
        try await options.run("lost-servers") { report in try await run.run(&report) }
    }
}
