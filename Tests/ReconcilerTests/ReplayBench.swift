import CanonicalModel
import Logging
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Synchronization

@testable import Reconciler

/// Letters of work, a runner that replays them, and an adapter that does or refuses what is opened.
struct ReplayBench: Sendable {
    let estate: Estate
    /// Messages that the runner has handed to the relay.
    let published = Published()

    final class Published: Sendable {
        private let ids = Mutex<[CanonicalID]>([])
        var all: [CanonicalID] { ids.withLock { $0 } }
        func add(_ some: Set<CanonicalID>) { ids.withLock { $0 += some.sorted() } }
    }

    var pool: PostgresPool { estate.pool }

    var runner: ReplayRunner {
        let now = estate.now
        return ReplayRunner(
            pool: pool, ids: .random, clock: { now }, reopened: published.add,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Work that was given up, each with its letter.
    func giveUp(_ count: Int, effect: CanonicalID? = nil) async throws -> [DeadLetters.Letter] {
        let commands = (0..<count).map { command(estate.id(), version: 1, name: "v\($0)", effect: effect) }
        try await accept(commands)
        return try await refuse(.validation, "bad")
    }

    func command(
        _ record: CanonicalID, version: Int64, name: String = "x", effect: CanonicalID? = nil
    ) -> SyncCommand {
        SyncCommand(
            id: estate.id(), connection: estate.fsm, entity: .customer, verb: .upsert, record: record, version: version,
            desired: ["name": .init(.set(.text(name)))], effect: effect, mayCreate: true, policyVersion: 1,
            changedAt: estate.now, context: MessageContext(correlation: estate.id()))
    }

    func accept(_ commands: [SyncCommand]) async throws {
        let received = try commands.map { ReceivedCommand($0, body: try CommandCoding.encode($0, schema: .current)) }
        _ = try await pool.run(WorkTable.accept(received))
    }

    /// Takes up all work that is ready.
    func claim() async throws -> [ClaimedWork] {
        try await pool.run(
            WorkTable.claim(
                of: estate.fsm, holder: "test", limit: 1000, shares: [:], lease: .seconds(60), ceiling: .zero))
    }

    /// Refuses all work that is ready, as egress does.
    func refuse(_ failureClass: FailureClass, _ code: String) async throws -> [DeadLetters.Letter] {
        try await refuse(claim(), failureClass, code)
    }

    @discardableResult
    func refuse(
        _ claimed: [ClaimedWork], _ failureClass: FailureClass, _ code: String
    ) async throws -> [DeadLetters.Letter] {
        let letters = try claimed.map { work in
            DeadLetters.Letter(
                id: estate.id(), source: .work, message: work.version.command, generation: work.version.generation,
                connection: work.version.place.connection, entity: work.version.place.entity,
                record: work.version.place.record, failureClass: failureClass, code: code,
                failure: "the vendor refuses \(work.version.place.record)", fix: "mend it", attempts: 1,
                failedAt: estate.now,
                correlation: try CommandCoding.decode(work.body).context.correlation, payload: work.body)
        }
        let results = claimed.map { work in
            WorkResult(work.version, .dead(.init(failureClass, code: code, text: "refused")))
        }
        try await pool.withTransaction { transaction in
            try await transaction.commit(running: [
                WorkTable.settle(results).discarded, DeadLetters.insert(letters), Lanes.release(claimed.map(\.lane)),
            ])
        }
        return letters
    }

    /// Does all work that is ready, as egress does.
    ///
    /// - Returns: how many pieces there were.
    @discardableResult
    func carryOut() async throws -> Int {
        let claimed = try await claim()
        try await carryOut(claimed)
        return claimed.count
    }

    func carryOut(_ claimed: [ClaimedWork]) async throws {
        guard !claimed.isEmpty else { return }
        try await pool.withTransaction { transaction in
            try await transaction.commit(running: [
                WorkTable.settle(claimed.map { WorkResult($0.version, .done) }).discarded,
                DeadLetters.resolve(claimed.map(\.version.place)), Lanes.release(claimed.map(\.lane)),
            ])
        }
    }

    /// Asks for a replay of every open letter.
    func start(limit: Int = 10) async throws -> CanonicalID {
        let id = estate.id()
        let count = try await pool.run(
            Replays.start(
                id, DeadLetters.Filter(), by: "ada", reason: "mended", filterText: "every letter", failureLimit: limit))
        guard count > 0 else { throw StoreError(.unreadable, "no letter was taken") }
        return id
    }

    func replay(_ id: CanonicalID) async throws -> Replays.Row {
        guard let row = try await pool.run(Replays.find(id)) else { throw StoreError(.unreadable, "no replay") }
        return row
    }

    /// How many letters stand so.
    func letters(_ state: DeadLetters.State) async throws -> Int {
        try await pool.query("select count(*) from dead_letter where state = \(state)")[0][0, as: Int.self]
    }

    /// The generations of all work, each once.
    func generations() async throws -> [Int] {
        try await pool.query("select distinct generation from work order by 1").map { try $0[0, as: Int.self] }
    }
}
