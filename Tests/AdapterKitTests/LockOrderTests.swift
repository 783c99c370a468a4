import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Postgres
import RandomSupport
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

/// A ring of waits costs everybody in it a second, until the server breaks it.
@Suite("The order of locks on Postgres", .database)
struct LockOrderTests {
    /// Runs a body on a workshop, and gives what was logged of transactions that were run again.
    private func repeated(_ body: (Workshop) async throws -> Void) async throws -> [String] {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in LineRecorder { line in lines.withLock { $0.append(line) } } }
        try await Workshop.open(logger: logger) { try await body($0) }
        return lines.withLock { $0.filter { $0.contains("run again") } }
    }

    @Test("Those who mark, claim, clear and put off the same objects never wait for each other in a ring")
    func objects() async throws {
        let repeated = try await repeated { workshop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seed in 0..<3 {
                    group.addTask { try await mark(40, in: workshop, seed: UInt64(seed)) }
                    group.addTask {
                        for turn in 0..<60 { try await read(by: "reader \(seed)", puttingOff: turn % 3, in: workshop) }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(repeated.isEmpty)
    }

    @Test("Those who want, claim and settle the same work never wait for each other in a ring")
    func work() async throws {
        let repeated = try await repeated { workshop in
            let records = (0..<20).map { _ in workshop.newID() }
            for record in records { try await workshop.want(record, ["name": .text("0")]) }
            try await workshop.sendAll()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seed in 0..<2 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(seed))
                        for version in 2..<62 {
                            let record = records[Int.random(in: 0..<records.count, using: &random)]
                            try await workshop.want(
                                record, ["name": .text("\(seed) \(version)")], version: Int64(version))
                        }
                    }
                }
                for holder in ["a", "b", "c"] {
                    group.addTask {
                        let loop = workshop.egress(holder)
                        for _ in 0..<40 { _ = try await loop.round() }
                    }
                    group.addTask { try await mark(20, in: workshop, seed: 7) }
                    group.addTask { for _ in 0..<20 { try await read(by: holder, puttingOff: 1, in: workshop) } }
                }
                try await group.waitForAll()
            }
        }
        #expect(repeated.isEmpty)
    }

    /// Marks some of the same objects, in any order, several at a time.
    private func mark(_ times: Int, in workshop: Workshop, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let store = workshop.store("marker")
        for _ in 0..<times {
            let now = Adapter.clock()
            let hints = (1...20).shuffled(using: &random).prefix(12).map {
                ChangeHint(native: workshop.client("c\($0)"), topic: "changed")
            }
            try await store.keep([
                KeptWebhook(
                    id: workshop.newID(), connection: Workshop.connection, receivedAt: now, headers: [:], body: [],
                    hints: hints)
            ])
        }
    }

    /// Claims objects, and clears them or puts some of them off, as a reading would.
    private func read(by holder: String, puttingOff remainder: Int, in workshop: Workshop) async throws {
        let store = workshop.store(holder)
        let claims = try await store.claimDirty(of: Workshop.connection, limit: 8)
        let now = Adapter.clock()
        var round = IngestRound(
            connection: Workshop.connection, role: .fsm, descriptor: workshop.vendor.descriptor,
            knowledge: ObjectKnowledge(), ids: .random, now: now, readAt: now)
        for (position, claim) in claims.enumerated() {
            let isPutOff = position % 3 == remainder
            round.finish(claim, retryAfter: isPutOff ? .zero : nil, failure: isPutOff ? "later" : nil)
        }
        if !claims.isEmpty { try await store.commit(round.commit) }
    }
}
