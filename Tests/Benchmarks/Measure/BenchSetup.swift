import ArgumentParser
import Foundation
import Postgres
import SystemSupport

/// The servers, and what else the environment says.
struct BenchSetup: Sendable {
    let databaseURL: String
    let brokerURL: String
    let rounds: Int
    /// The folder of the peers' program; nil where there is none.
    let peers: URL?
    /// A Python with FastAPI, uvicorn and asyncpg; nil where there is none.
    let python: String?

    init(environment: [String: String], rounds: Int, peers: String?) throws {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let database = value("PLUMBLINE_DATABASE_URL"), let broker = value("PLUMBLINE_AMQP_URL") else {
            throw ValidationError("PLUMBLINE_DATABASE_URL and PLUMBLINE_AMQP_URL are not set: run ./deploy/local bench")
        }
        databaseURL = database
        brokerURL = broker
        self.rounds = rounds
        self.peers = (peers ?? value("PLUMBLINE_BENCH_PEERS")).map { URL(filePath: $0, directoryHint: .isDirectory) }
        python = value("PLUMBLINE_BENCH_PYTHON")
    }

    /// Lends a schema and names at the broker that are gone afterwards.
    func withServers<Result: Sendable>(_ body: (SystemServers) async throws -> Result) async throws -> Result {
        let name = "bench_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let administrator = try await PostgresConnection.connect(PostgresConfiguration(url: databaseURL))
        try await administrator.execute("create schema \(identifier: name)")
        let separator = databaseURL.contains("?") ? "&" : "?"
        let servers = SystemServers(
            databaseURL: databaseURL + separator + "search_path=" + name, brokerURL: brokerURL, prefix: name)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(servers))
        } catch {
            result = .failure(error)
        }
        // Many partitions and rows: this takes its time.
        try await administrator.execute("drop schema \(identifier: name) cascade", timeout: .seconds(120))
        await administrator.close()
        return try result.get()
    }
}
