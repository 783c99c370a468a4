import ArgumentParser
import NIOHTTP1
import SandboxKit

/// Asks whether the imitations on this machine serve: for containers, which have no other program to ask with.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask whether the imitated vendors on these ports of this machine serve.",
        discussion: "The exit code is 1 where one does not.")

    @Argument(help: "The ports to ask.")
    var ports: [Int]

    mutating func validate() throws {
        for port in ports where !(1...65_535).contains(port) {
            throw ValidationError("a port must be from 1 to 65535, not \(port)")
        }
    }

    func run() async throws {
        for port in ports {
            _ = try await SandboxCaller(url: "http://127.0.0.1:\(port)").call(.GET, "health")
        }
    }
}
