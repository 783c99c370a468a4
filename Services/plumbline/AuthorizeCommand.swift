import ArgumentParser
import CanonicalModel
import Foundation
import Operations

/// Connects the account of a connection by somebody's consent.
struct AuthorizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize",
        abstract: "Gives the address at which the vendor asks a person to connect the account of a connection.",
        discussion: """
            Open it in a browser, signed in at the vendor as somebody who may connect apps. It is good once, for ten \
            minutes; whoever has it can connect an account here, so show it to nobody else. The tokens go to the \
            connection's adapter, which takes up work at once.
            """)

    @Argument(help: "The connection's name.")
    var connection: String

    @Flag(help: "Waits until the account is connected; the exit code is 1 where it is not.")
    var wait = false

    @Option(help: "How many seconds to wait at most.")
    var timeout = 600

    @Option(name: .customLong("as"), help: "Who acts; the operating-system user by default.")
    var actor: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...600).contains(timeout) else { throw ValidationError("--timeout goes from 1 to 600 seconds") }
        _ = try Arguments.connection(connection)
    }

    func run() async throws {
        try await Database.with { pool in
            let operations = ConsentOperations(pool, now: Arguments.now)
            let begun = try await operations.begin(ConnectionID(connection), by: Database.actor(actor))
            say(Self.json(begun), Self.text(begun))
            if wait { try await end(of: begun, operations) }
        }
    }

    private func end(of begun: ConsentOperations.Begun, _ operations: ConsentOperations) async throws {
        let limit = ContinuousClock.now.advanced(by: .seconds(timeout))
        while true {
            switch try await operations.standing(of: begun.id) {
            case .connected(let account):
                say(
                    ["connected": true, "vendor_account": account.map(JSONValue.string) ?? .null],
                    "\(connection) is connected" + (account.map { ": \(begun.title) account \($0)" } ?? ""))
                return
            case .over(let reason): throw OperationFailure("\(connection) is not connected: \(reason)")
            case .open:
                guard ContinuousClock.now < limit else {
                    throw OperationFailure(
                        "\(connection) is not connected yet; the address is good until \(begun.expiresAt)")
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Written at once, also into a pipe: somebody waits for the address while this goes on.
    private func say(_ value: JSONValue, _ text: String) {
        FileHandle.standardOutput.write(Data(((output.json ? value.jsonText : text) + "\n").utf8))
    }

    private static func text(_ begun: ConsentOperations.Begun) -> String {
        """
        Open this in a browser, signed in to \(begun.title) as somebody who may connect apps:

        \(begun.url)

        It is good once, until \(begun.expiresAt).
        """
    }

    private static func json(_ begun: ConsentOperations.Begun) -> JSONValue {
        [
            "consent": .string(begun.id.description), "url": .string(begun.url),
            "expires_at": .string(begun.expiresAt.description),
        ]
    }
}
