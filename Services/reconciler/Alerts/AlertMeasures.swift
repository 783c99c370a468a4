import CanonicalModel
import Postgres
import SyncCore
import SyncStore

/// What the rules judge: how everything was at one moment.
struct AlertMeasures: Sendable {
    /// The database's time.
    var now: Instant
    var flows: [FlowFigure] = []
    var work: [ConnectionID: WorkFigure] = [:]
    var queues: [QueueFigure] = []
    var seal = SealFigure.none
    var connections: [Connections.Declared] = []
    var letters: [DeadLetters.Group] = []
    var shortages: [RateBudgets.Shortage] = []
    /// When the access token of each account ends.
    var tokens: [String: Instant] = [:]
    var loops: [LoopProgress] = []
    var replicas: [Replica] = []
    var sources: [WebhookSource] = []
    var canaries: [Canary] = []
    /// What follows a restored backup; nil where nothing does.
    var recovery: Recovery?
    /// When the last recovery began.
    var recoveredAt: Instant?
    /// The newest anchor, where the audit log ends before it.
    var lostAnchor: Seal?
    /// Since when alerts cannot be sent, and why.
    var untellableSince: Instant?
    var untellable: String?
    /// When the last look before this one was.
    var judgedAt: Instant?

    /// The most groups of letters that are looked at one by one.
    static let groups = 20

    /// Reads everything, and the alerts that are open, in two round trips.
    static func read(on pool: PostgresPool) async throws -> (measures: AlertMeasures, open: [Alert]) {
        var filter = DeadLetters.Filter()
        filter.states = [.open, .replaying]
        let (now, flows, work, queues, seal, connections, letters, recovery) = try await pool.run(
            Figures.clock, Freshness.flows, WorkFigure.all, Freshness.queues, SealFigure.current, Connections.all,
            DeadLetters.groups(filter, limit: groups), Recoveries.open)
        let (shortages, tokens, loops, replicas, sources, canaries, telling, open, judgedAt, recoveredAt) =
            try await pool.run(
                RateBudgets.shortages, Accounts.endings, LoopProgress.all, Replicas.all, WebhookSource.all, Canary.all,
                Alerts.telling, Alerts.open, Alerts.judgedAt, Recoveries.lastBegun)
        let measures = AlertMeasures(
            now: now, flows: flows, work: work, queues: queues, seal: seal, connections: connections,
            letters: letters, shortages: shortages, tokens: tokens, loops: loops, replicas: replicas,
            sources: sources, canaries: canaries, recovery: recovery, recoveredAt: recoveredAt,
            untellableSince: telling.failingSince, untellable: telling.failure, judgedAt: judgedAt)
        return (measures, open)
    }

    /// How long ago a moment was; never negative.
    func age(_ moment: Instant) -> Duration { .microseconds(max(now.microseconds - moment.microseconds, 0)) }

    /// The connections by name.
    var named: [ConnectionID: Connections.Declared] {
        Dictionary(connections.map { ($0.capabilities.connection, $0) }) { first, _ in first }
    }

    /// The processes that have shown themselves lately.
    var alive: [Replica] { replicas.filter { $0.isAlive(at: now) } }
}
