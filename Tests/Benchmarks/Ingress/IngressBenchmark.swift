import Foundation
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// The webhooks of a real adapter process: verified, committed, then answered; beside FastAPI that stores the same row.
///
/// The adapter goes on to read what the webhooks name, at the pace that the vendor allows: that is part of the load.
struct IngressBenchmark {
    let setup: BenchSetup
    private let burst = 15_000
    private let rate = 1_000
    private let paced = 5_000
    private let clients = 500

    init(setup: BenchSetup) {
        self.setup = setup
    }

    /// What one server gave.
    private struct Round {
        var perSecond: Double
        var p99: Double
    }

    func measure() async throws -> [Figure] {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/wrk") else {
            throw BenchFailure("wrk is not installed")
        }
        if setup.python == nil { print("  there is no Python with FastAPI: its ratios are left out") }
        return try await setup.withServers { servers in
            var settings = SystemSettings()
            settings.replicas = [.crmAdapter: 0, .ledgerAdapter: 0, .router: 0, .reconciler: 0]
            return try await withSystem(on: servers, settings) { system in try await measure(system) }
        }
    }

    private func measure(_ system: RunningSystem) async throws -> [Figure] {
        let letters = try await lettersOfJobber(in: system)
        let peer = try await setup.python.asyncMap { python in
            try await IngressPeer(python: python, databaseURL: system.servers.databaseURL, folder: system.folder)
        }
        var ours: [Round] = []
        var others: [Round] = []
        for _ in 0..<setup.rounds {
            ours.append(
                try await round(
                    system.url(of: .fsmAdapter) + "/webhooks/jobber", letters, in: system))
            if let peer { others.append(try await round(peer.url + "/webhooks/jobber", letters, in: system)) }
        }
        await peer?.stop()
        var rate = Figure("ingress.requests_per_second", "requests/s", ours.map(\.perSecond))
        var p99 = Figure("ingress.p99_ms", "ms", ours.map(\.p99))
        guard !others.isEmpty else { return [rate, p99] }
        let peerRate = Figure("ingress.fastapi.requests_per_second", "requests/s", others.map(\.perSecond))
        let peerP99 = Figure("ingress.fastapi.p99_ms", "ms", others.map(\.p99))
        rate.compare(with: "fastapi", peerRate)
        p99.compare(with: "fastapi", peerP99)
        return [rate, p99, peerRate, peerP99]
    }

    /// Clients in the imitated Jobber, and what its webhooks about them say.
    private func lettersOfJobber(in system: RunningSystem) async throws -> WebhookLetters {
        let records = (0..<clients).map { number -> JSON in
            ["type": "Client", "fields": ["companyName": .string("Client \(number)"), "isCompany": true]]
        }
        let seeded = try await system.jobber.control("POST", "seed", ["records": .array(records)])
        let tokens = try await system.jobber.control("POST", "tokens/issue", [:])
        let account = tokens["accountId"]?.stringValue ?? tokens["accountId"]?.intValue.map(String.init) ?? ""
        let secret = try Data(contentsOf: system.folder.appending(path: "secrets/jobber-webhook_secret"))
        return WebhookLetters(
            clients: seeded["ids"]?.arrayValue?.compactMap(\.stringValue) ?? [], account: account, secret: secret)
    }

    private func round(_ url: String, _ letters: WebhookLetters, in system: RunningSystem) async throws -> Round {
        let before = try await storedRows(system)
        let start = Date().timeIntervalSince1970
        let wrk = Wrk(folder: system.folder, letters: letters)
        let accepted = try await wrk.run(url, count: burst) { try await storedRows(system) }
        let afterBurst = try await storedRows(system)
        guard afterBurst - before == accepted else {
            throw BenchFailure("\(accepted) webhooks were accepted and \(afterBurst - before) stored")
        }
        let span = try await system.pool.query(
            """
            select extract(epoch from max(received_at) - min(received_at))::double precision
            from webhook where received_at >= to_timestamp(\(start))
            """)[0][0, as: Double.self]
        let latencies = try await PacedWebhooks(letters: letters).run(url, count: paced, perSecond: rate)
        let afterPaced = try await storedRows(system)
        guard latencies.count == paced, afterPaced - afterBurst == paced else {
            throw BenchFailure(
                "\(latencies.count) of \(paced) paced webhooks were accepted and \(afterPaced - afterBurst) stored")
        }
        return Round(perSecond: Double(accepted) / span, p99: Percentile.of(latencies, 0.99))
    }

    private func storedRows(_ system: RunningSystem) async throws -> Int {
        try await system.pool.query("select count(*) from webhook")[0][0, as: Int.self]
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Result>(_ body: (Wrapped) async throws -> Result) async throws -> Result? {
        guard let self else { return nil }
        return try await body(self)
    }
}
