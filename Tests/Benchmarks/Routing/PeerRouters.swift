import Foundation
import SystemSupport

/// Routers as others would write them, on the same broker and database.
///
/// The folder has a program `run EVENTS`, which prints a line `NAME …: RATE events/s` for each peer. It is told by
/// `RMQ_PORT`, `PG_PORT` and `PGPASSWORD` where the servers are, by `ROUNDS` how often to measure, and by `BENCH_WORK`
/// where to build.
struct PeerRouters {
    let folder: URL
    let setup: BenchSetup

    /// What each peer gave in one round.
    func round(events: Int) async throws -> [String: Double] {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PLUMBLINE_") }
        environment["RMQ_PORT"] = try port(of: setup.brokerURL)
        environment["PG_PORT"] = try port(of: setup.databaseURL)
        environment["ROUNDS"] = "1"
        let log = FileManager.default.temporaryDirectory.appending(
            path: "peers-\(UInt64.random(in: .min ... .max)).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let child = try await ChildProcess(
            "peers", [folder.appending(path: "run").path(), "\(events)"], environment: environment, log: log)
        await child.ended()
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        let rates = text.split(separator: "\n").compactMap(Self.rate)
        guard child.exitCode == 0, !rates.isEmpty else {
            throw BenchFailure("the peers failed: \(text.suffix(2000))")
        }
        return Dictionary(rates) { $1 }
    }

    private func port(of url: String) throws -> String {
        guard let port = URLComponents(string: url)?.port else { throw BenchFailure("a server's URL has no port") }
        return String(port)
    }

    /// Reads `go batch N=200: 4711 events/s`: the first word names the peer.
    private static func rate(of line: Substring) -> (String, Double)? {
        guard let match = line.firstMatch(of: #/^([a-z][a-z-]*)[^:]*: ([0-9]+) events/s/#), let rate = Double(match.2)
        else { return nil }
        return (String(match.1).replacing("-", with: "_"), rate)
    }
}
