import CanonicalModel
import Postgres
import SyncCore
import SyncPolicy
import SyncStore

/// Measures how fresh the flows are.
///
/// A measurement walks over the messages from the oldest one in flight on. So it is cheap while all goes well, and grows
/// with the age of what is stuck; therefore the pause grows with the time that it takes. Once in a while, and at the
/// start, it walks over all: a replay may have opened an older message.
actor FreshnessMeter {
    private let pool: PostgresPool
    private let events: String
    private var policy: SourceOfTruth?
    private var floor = CanonicalID(high: 0, low: 0)
    private var fullIn = FreshnessMeter.fullEvery
    private var pause = Duration.zero
    private var idle = ContinuousClock.now

    private static let fullEvery = 100
    /// Rows are stamped when their transaction runs; this is more than any takes.
    private static let margin = Duration.seconds(600)

    init(pool: PostgresPool, events: String) {
        self.pool = pool
        self.events = events
    }

    /// Measures, unless it has done so only now for how long that takes.
    func measure() async throws {
        let start = ContinuousClock.now
        guard start - idle >= pause else { return }
        let (version, connections, recent) = try await pool.run(
            Policies.active, Connections.all, Freshness.floor(age: Self.margin))
        let capabilities = connections.map(\.capabilities)
        let flows = try await policy(version).map { Flow.all(of: $0, between: capabilities) } ?? []
        let oldest = try await pool.run(
            Freshness.measure(flows, connections: capabilities, events: events, floor: floor))
        fullIn -= 1
        floor = fullIn > 0 ? min(oldest ?? recent, recent) : CanonicalID(high: 0, low: 0)
        if fullIn <= 0 { fullIn = Self.fullEvery }
        idle = .now
        pause = (idle - start) * 10
    }

    private func policy(_ version: Int64?) async throws -> SourceOfTruth? {
        guard let version else { return nil }
        if let policy, policy.version == version { return policy }
        guard let row = try await pool.run(Policies.version(version)) else { return nil }
        policy = try SourceOfTruth(yaml: row.document, version: version)
        return policy
    }
}
