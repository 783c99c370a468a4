import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// Waits in a drill until nothing is on its way, and reads the vendors' histories meanwhile.
struct Settling {
    let system: any JudgedSystem
    /// Whose webhooks are waited for.
    let vendors: [SandboxClient]
    let chronicle: Chronicle
    let requests: [RequestLog]

    /// How long a number of things may need: beyond that they are stuck.
    static func patience(for count: Int) -> Duration { .seconds(180 + count / 20) }

    /// Waits for quiet.
    ///
    /// - Throws: `NotInTime`, with what is still on its way.
    func quiet(within limit: Duration) async throws {
        let tables = OwnTables(pool: system.pool)
        var open: [String] = []
        var quietLooks = 0
        do {
            _ = try await eventually("nothing is on its way", within: limit, every: .seconds(1)) { () -> Bool? in
                try await read()
                open = try await tables.onTheWay()
                guard open.isEmpty else {
                    quietLooks = 0
                    return nil
                }
                for vendor in vendors {
                    let state = try await vendor.control(
                        "POST", "webhooks/settle", ["timeoutMilliseconds": 1_000, "withRetries": true])
                    guard state["settled"]?.boolValue == true else { return nil }
                }
                quietLooks += 1
                return quietLooks >= 3 ? true : nil
            }
        } catch {
            progress("still on its way: " + open.prefix(12).joined(separator: "\n  "))
            throw error
        }
        try await read()
    }

    /// Reads all histories on to their ends.
    func read() async throws {
        try await chronicle.read()
        for log in requests { try await log.read() }
    }

    /// Reads on until it is cancelled.
    func keepReading() async {
        while !Task.isCancelled {
            try? await read()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Dead letters of all time: one that a replay has closed is none the less one.
    func deadLetters() async throws -> Int {
        try await system.pool.query("select count(*) from dead_letter")[0][0, as: Int.self]
    }
}
