import AsyncHTTPClient
import CanonicalModel
import Configuration
import Foundation
import IntegrationSupport
import Logging
import Messaging
import NIOCore
import Postgres
import RabbitMQ
import ServiceKit
import ServiceLifecycle
import StoreSupport
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("The reconciler as a process", .integration)
struct ReconcilerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func configuration(_ folder: URL) async throws -> ReconcilerConfiguration {
        let space = try IntegrationSpace.required()
        let key = folder.appendingPathComponent("key")
        if !FileManager.default.fileExists(atPath: key.path) {
            try Data(repeating: 7, count: 32).write(to: key)
        }
        let reader = try await ConfigurationSource.reader(environment: [
            "PLUMBLINE_DATABASE_URL": space.databaseURL, "PLUMBLINE_AMQP_URL": try #require(space.brokerURL),
            "PLUMBLINE_QUEUE_PREFIX": space.prefix + ".", "PLUMBLINE_AUDIT_SIGNING_KEY_FILE": key.path,
            "PLUMBLINE_AUDIT_ANCHOR_FILE": folder.appendingPathComponent("anchors").path,
            "PLUMBLINE_AUDIT_SEAL_INTERVAL": "0.1", "PLUMBLINE_AUDIT_ANCHOR_INTERVAL": "1",
            "PLUMBLINE_FRESHNESS_INTERVAL": "0.1", "PLUMBLINE_SNAPSHOTS_INTERVAL": "0.1",
        ])
        return try CheckedConfiguration.read(reader) { ReconcilerConfiguration(config: $0) }
    }

    /// A folder of its own, and so many replicas at work.
    private func withReplicas(
        _ count: Int, _ body: (URL, [ServiceEnvironment]) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plumbline-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let configuration = try await configuration(folder)
        let environments = (0..<count).map { _ in ServiceEnvironment(name: "reconciler", logger: logger) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            var groups: [@Sendable () async -> Void] = []
            for environment in environments {
                let group = try await Reconciler.compose(configuration, environment)
                tasks.addTask { try await group.run() }
                groups.append { await group.triggerGracefulShutdown() }
            }
            try await body(folder, environments)
            for shutDown in groups { await shutDown() }
            try await tasks.waitForAll()
        }
    }

    private func get(_ environment: ServiceEnvironment, _ path: String) async throws -> String {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(await environment.port.value())\(path)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        return "\(response.status) " + String(buffer: try await response.body.collect(upTo: 1 << 20))
    }

    private func until(_ what: String, _ holds: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try await !holds() {
            guard .now < end else {
                Issue.record("\(what) did not happen within a minute")
                return
            }
            await Task.yield()
        }
    }

    @Test(
        "Two replicas seal and anchor what is written, measure, show the same figures, and end when they are asked to")
    func wholeProcess() async throws {
        try await Estate.run { estate in
            let changedAt = Instant(microseconds: estate.now.microseconds - 500_000_000)
            let (_, message) = try estate.event(changedAt: changedAt)
            _ = try await estate.pool.run(
                MessageTable.insert([message], lease: .seconds(600)),
                AuditLog.insert([
                    AuditEntry(id: estate.id(), at: estate.now, note: AuditNote(.operated, actor: "ada", body: []))
                ]))
            // The router's queue has no prefix in this row, so that the figure is that of the reconciler's own queue.
            try await estate.pool.execute(
                "update message set queue = \(try IntegrationSpace.required().prefix + ".router.events")")
            try await withReplicas(2) { folder, replicas in
                try await until("the anchor") {
                    try AnchorFile(path: folder.appendingPathComponent("anchors").path).read().count == 1
                }
                let key = try SealingKey(Array(repeating: 7, count: 32))
                let report = try await AuditVerifier(
                    keys: [key.verifyingKey],
                    anchors: AnchorFile(path: folder.appendingPathComponent("anchors").path), pool: estate.pool
                ).verify()
                #expect(report.fault == nil && report.anchored == report.verified && report.unsealed == 0)
                let flow =
                    #"plumbline_flow_oldest_unsynced_seconds{entity="customer",source="crm-main",target="fsm-main"} "#
                for replica in replicas {
                    try await until("the gauge") {
                        let text = try await get(replica, "/metrics")
                        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(flow) }),
                            let age = Double(line.dropFirst(flow.count))
                        else { return false }
                        return age >= 500 && age < 1000
                    }
                    try await until("readiness") { try await get(replica, "/health/ready").hasPrefix("200") }
                    #expect(try await get(replica, "/metrics").contains("plumbline_audit_unsealed_entries 0\n"))
                }
            }
            // Each loop gave its lease back.
            #expect(try await estate.pool.run(Leases.all).isEmpty)
        }
    }

    @Test("A snapshot that is asked for becomes one command in its connection's queue, as the oldest program reads it")
    func snapshot() async throws {
        try await Estate.run { estate in
            let space = try IntegrationSpace.required()
            let names = BrokerNames(prefix: space.prefix + ".")
            let run = estate.id()
            // Programs of the release before this one are at work.
            try await estate.pool.execute("update message_schema set written = 1")
            try await withReplicas(2) { _, _ in
                let consumer = RabbitConsumer(
                    try RabbitConfiguration(url: try #require(space.brokerURL)),
                    topology: try Topology.commands(names, connection: estate.crm.name),
                    queue: names.commandQueue(of: estate.crm.name), logger: logger)
                try await estate.pool.run(Snapshots.request([(run, estate.crm, .customer)], by: "ada"))
                let batch = try await consumer.nextBatch()
                #expect(batch.map(\.id) == [run.description])
                let command = try CommandCoding.decode(try #require(batch.first).body, schema: SchemaVersion(1))
                #expect(command.verb == .snapshot && command.record == run && command.entity == .customer)
                #expect(batch.first?.routingKey == "crm-main.customer.snapshot")
                try await consumer.acknowledge(batch)
                await consumer.shutDown()
            }
            #expect(try await estate.pool.query("select 1 from message where id = \(run)").count == 1)
        }
    }
}
