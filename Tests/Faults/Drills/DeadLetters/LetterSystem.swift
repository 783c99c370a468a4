import CanonicalModel
import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// The system of the drill: its servers and services, and what its vendors let it do.
struct LetterSystem: Sendable {
    let system: RunningSystem

    /// How many calls a second the vendors allow from the replay on: 200 in all, shared out as the connectors need them.
    static let limits = ["hubspot": 30, "jobber": 110, "quickbooks": 60]

    /// Runs the body on a system that has everything to itself.
    static func run<Result: Sendable>(
        seed: UInt64, _ body: (LetterSystem) async throws -> Result
    ) async throws -> Result {
        try await PrivatePostgres.run { postgres in
            try await PrivateBroker.run { broker in
                var settings = SystemSettings()
                settings.seed = seed
                settings.liftsLimits = true
                for name in limits.keys { settings.declarations[name] = unlimited }
                settings.declarations["quickbooks", default: ""] += "\n" + VendorRefusals.ledgerOverlay
                // What newer values have overtaken shall be in the replay; the sweeper would close it before.
                settings.environment[.reconciler] = ["PLUMBLINE_LETTERS_INTERVAL": "3600"]
                let servers = SystemServers(databaseURL: postgres.url, brokerURL: broker.url, prefix: "drill.")
                return try await withSystem(on: servers, settings) { try await body(LetterSystem(system: $0)) }
            }
        }
    }

    /// As many calls as can be made.
    private static let unlimited = "rate_limit: 5000/5000"

    /// From now on the vendors' limits hold, also for adapters that start anew.
    func limit() async throws {
        for (name, limit) in Self.limits {
            let file = system.folder.appending(path: "connections/\(name).yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing(Self.unlimited, with: "rate_limit: \(limit)/\(limit)").utf8).write(to: file)
            try await system.pool.execute(
                """
                update rate_budget as b set burst = \(Double(limit)), per_second = \(Double(limit)), tokens = 0
                from connection c where c.account = b.account and c.id = \(name)
                """)
        }
    }

    /// Has the database do what it owes for all that was written so far.
    ///
    /// Letters that are replayed days later find it done; here, live work just before the replay would pay for it, and so
    /// make the time beside it look good.
    func tidyDatabase() async throws {
        var configuration = try PostgresConfiguration(url: system.servers.databaseURL)
        configuration.statementTimeout = .seconds(600)
        let connection = try await PostgresConnection.connect(configuration)
        for statement: SQL in ["vacuum (analyze)", "checkpoint"] {
            try await connection.execute(statement, timeout: .seconds(600))
        }
        await connection.close()
    }

    /// Waits until nothing is to be read, routed or sent.
    func rests(within patience: Duration) async throws {
        var quietLooks = 0
        _ = try await eventually("nothing is on its way", within: patience, every: .milliseconds(500)) {
            () -> Bool? in
            for vendor in [system.hubspot, system.jobber, system.quickbooks] {
                let state = try await vendor.control("POST", "webhooks/settle", ["timeoutMilliseconds": 20_000])
                guard state["settled"]?.boolValue == true else { return nil }
            }
            let open = try await onTheWay()
            quietLooks = open == 0 ? quietLooks + 1 : 0
            return quietLooks >= 2 ? true : nil
        }
    }

    /// Nobody reads the queue of the CRM's second account: probes stay in it.
    private func onTheWay() async throws -> Int {
        try await count(
            """
            select (select count(*) from message where status < 2 and queue not like '%' || \(LetterEstate.second.name))
                + (select count(*) from dirty) + (select count(*) from work where state = 'ready')
            """)
    }

    /// The one number of a query.
    func count(_ query: SQL) async throws -> Int {
        try await system.pool.query(query).first?[0, as: Int.self] ?? 0
    }

    /// How many requests each vendor has answered since its history was last forgotten.
    func calls() async throws -> [String: Int] {
        var calls: [String: Int] = [:]
        for (name, vendor) in [
            ("hubspot", system.hubspot), ("jobber", system.jobber), ("quickbooks", system.quickbooks),
        ] {
            let counts = try await vendor.control("GET", "history/counts")
            calls[name] = counts["requests"]?.objectValue?.reduce(0) { $0 + ($1.value.intValue ?? 0) } ?? 0
        }
        return calls
    }
}
