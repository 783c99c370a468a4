import CanonicalModel
import Postgres
import SyncCore
import SyncPolicy
import SyncStore

/// Measures how fresh the flows are.
///
/// A measurement walks over the messages from the oldest one in flight on. So it is cheap while all goes well, and grows
/// with the age of what is stuck; therefore the pause grows with the time that it takes. A replay, or a parent that comes
/// late, may open an older message: each measurement looks at one page of what is below, the first one at all pages.
actor FreshnessMeter {
    private let pool: PostgresPool
    private let events: String
    private let objective: @Sendable (Flow, SourceOfTruth) -> Duration
    private let rows: Int
    private let rest: Int
    private var policy: SourceOfTruth?
    /// No message below is in flight, as far as is known; nil before the first measurement.
    private var floor: CanonicalID?
    /// How far the walk below the floor has come.
    private var walked = FreshnessMeter.beginning
    private var pause = Duration.zero
    private var idle = ContinuousClock.now

    private static let beginning = CanonicalID(high: 0, low: 0)
    /// Rows are stamped when their transaction runs; this is more than any takes.
    private static let margin = Duration.seconds(600)

    /// Takes the database and the router's queue.
    ///
    /// - Parameters:
    ///   - objective: how old the oldest change of a flow may become.
    ///   - rows: how many messages a page has.
    ///   - rest: how many times as long as a measurement takes nothing is measured afterwards.
    init(
        pool: PostgresPool, events: String, rows: Int = 10_000, rest: Int = 20,
        objective: @escaping @Sendable (Flow, SourceOfTruth) -> Duration = AlertSettings().objective
    ) {
        self.pool = pool
        self.events = events
        self.objective = objective
        self.rows = rows
        self.rest = rest
    }

    /// Measures, unless it has done so only now for how long that takes.
    func measure() async throws {
        let start = ContinuousClock.now
        guard start - idle >= pause else { return }
        let (version, connections, recent) = try await pool.run(
            Policies.active, Connections.all, Freshness.floor(age: Self.margin))
        let capabilities = connections.map(\.capabilities)
        let policy = try await policy(version)
        let flows = policy.map { Flow.all(of: $0, between: capabilities) } ?? []
        let objectives = Dictionary(
            flows.compactMap { flow in policy.map { (flow, objective(flow, $0)) } }
        ) { first, _ in first }
        let floor = try await lowered(self.floor ?? recent, isFirst: self.floor == nil)
        let (_, oldest) = try await pool.run(
            Canary.declare(Set(flows.map { Canary.Way(from: $0.source, to: $0.target) })),
            Freshness.measure(
                flows, objectives: objectives, connections: capabilities, events: events, floor: floor))
        self.floor = min(oldest ?? recent, recent)
        idle = .now
        pause = (idle - start) * rest
    }

    /// The floor, or the message below it that the walk has met.
    private func lowered(_ floor: CanonicalID, isFirst: Bool) async throws -> CanonicalID {
        var floor = floor
        repeat {
            let page = try await pool.run(Freshness.page(after: walked, rows: rows))
            if let lowest = page.lowest { floor = min(floor, lowest) }
            walked = page.end.map { $0 < floor ? $0 : Self.beginning } ?? Self.beginning
        } while isFirst && walked != Self.beginning
        return floor
    }

    private func policy(_ version: Int64?) async throws -> SourceOfTruth? {
        guard let version else { return nil }
        if let policy, policy.version == version { return policy }
        guard let row = try await pool.run(Policies.version(version)) else { return nil }
        policy = try SourceOfTruth(yaml: row.document, version: version)
        return policy
    }
}
