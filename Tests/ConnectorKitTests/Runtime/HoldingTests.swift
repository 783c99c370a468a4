import CanonicalModel
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import ConnectorKit

@Suite("Lanes while something takes long") struct HoldingTests {
    private let start = Instant(milliseconds: 0)

    @Test("A lane goes on being prolonged after the store has failed to do it once", .timeLimit(.minutes(1)))
    func failure() async throws {
        let store = LaneStore { $0 == 1 ? Away() : nil }
        try await store.holding([], claimed: start, now: { start }) { _ in await store.reached(3) }
    }

    @Test("A lane that is lost is not prolonged any more", .timeLimit(.minutes(1)))
    func lost() async throws {
        let store = LaneStore { _ in StoreError(.laneLost, "another process holds it") }
        try await store.holding([], claimed: start, now: { start }) { _ in
            await store.reached(1)
            // Another one is prolonged often enough meanwhile.
            let other = LaneStore { _ in nil }
            try await other.holding([], claimed: start, now: { start }) { _ in await other.reached(5) }
        }
        #expect(store.prolongations == 1)
    }

    @Test("What fails under a lane fails for the one who holds it")
    func thrown() async throws {
        let store = LaneStore { _ in nil }
        await #expect(throws: Away.self) {
            try await store.holding([], claimed: start, now: { start }) { _ in throw Away() }
        }
    }

    @Test(
        "A term lasts a lease from the claim, and each prolongation, and is over once a lane is lost",
        .timeLimit(.minutes(1)))
    func term() async throws {
        let failure = Mutex<(any Error & Sendable)?>(Away())
        let store = LaneStore { _ in failure.withLock { $0 } }
        let later = start.advanced(by: .milliseconds(20))
        try await store.holding([], claimed: start, now: { later }) { [start] term in
            let end = start.advanced(by: store.laneLease)
            #expect(!term.isOver(at: start.advanced(by: .milliseconds(29))))
            #expect(term.isOver(at: end))
            failure.withLock { $0 = nil }
            while term.isOver(at: end) { await Task.yield() }
            #expect(term.isOver(at: later.advanced(by: store.laneLease)))
            failure.withLock { $0 = StoreError(.laneLost, "another process holds it") }
            while !term.isOver(at: start) { await Task.yield() }
        }
    }

    private struct Away: Error {}
}

/// A store that is asked for nothing but to prolong lanes.
private final class LaneStore: AdapterStore {
    let laneLease = Duration.milliseconds(30)
    private let failure: @Sendable (Int) -> (any Error)?
    private let count = Mutex(0)
    private let steps: AsyncStream<Int>
    private let step: AsyncStream<Int>.Continuation

    /// Takes the failure of each attempt, from 1; nil where it works.
    init(_ failure: @escaping @Sendable (Int) -> (any Error)?) {
        self.failure = failure
        (steps, step) = AsyncStream.makeStream()
    }

    var prolongations: Int { count.withLock { $0 } }

    /// Returns once there were so many attempts to prolong.
    func reached(_ attempts: Int) async {
        for await attempt in steps where attempt >= attempts { return }
    }

    func extend(_ lanes: [Lane]) async throws {
        let attempt = count.withLock { count in
            count += 1
            return count
        }
        step.yield(attempt)
        if let failure = failure(attempt) { throw failure }
    }

    func release(_ lanes: [Lane]) async throws {}
    func keep(_ webhooks: [KeptWebhook]) async throws {}
    func keep(_ page: KeptPage) async throws {}
    func place(
        of stream: String, among streams: [String], connection: ConnectionID
    ) async throws -> StreamPlace { StreamPlace(cursor: nil, recovery: nil) }
    func note(_ step: StreamRecovery.Step, of stream: String, connection: ConnectionID) async throws {}
    func claimDirty(of connection: ConnectionID, limit: Int) async throws -> [DirtyTable.Claim] { [] }
    func knowledge(
        of keys: Set<LinkKey>, bearing: [LinkKey: CanonicalID], connection: ConnectionID
    ) async throws -> ObjectKnowledge {
        ObjectKnowledge()
    }
    func commit(_ ingest: IngestCommit) async throws {}
    func accept(_ commands: [AcceptedCommand]) async throws {}
    func claimWork(
        of connection: ConnectionID, limit: Int, downTo lowest: SyncCommand.Priority
    ) async throws -> [WorkClaim] { [] }
    func places(
        of records: Set<CanonicalID>, connection: ConnectionID
    ) async throws -> [CanonicalID: [PlacedRecord]] { [:] }
    func occupancy(of objects: Set<SharedObject>) async throws -> [LinkKey: Occupancy] { [:] }
    func open(_ intents: [Intent], lanes: [Lane], absentAfter: Duration) async throws {}
    func resend(_ intent: Intent, lane: Lane, absentAfter: Duration) async throws {}
    func settle(_ results: [EgressResult], connection: ConnectionID) async throws {}
    func readAgain(_ objects: Set<NativeReference>, connection: ConnectionID) async throws {}
}
