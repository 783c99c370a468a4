public import CanonicalModel
public import Postgres

/// Everything that tells how well the systems are kept in step, at one moment.
///
/// Flows and queues are as the reconciler measured them last, which says when; the rest is counted when it is asked for.
public struct Figures: Sendable {
    /// The database's time.
    public var now: Instant
    /// How fresh the flows are.
    public var flows: [FlowFigure]
    /// What is in flight.
    public var queues: [QueueFigure]
    /// What the connections have to do.
    public var work: [ConnectionID: WorkFigure]
    /// Open dead letters, by class.
    public var deadLetters: [OpenItems]
    /// Open proposals, by kind.
    public var proposals: [OpenItems]
    /// What waits for a parent, by connection.
    public var parks: [OpenItems]
    /// Snapshots that have not ended, by connection.
    public var snapshots: [OpenItems]
    /// How far the audit log is sealed.
    public var seal: SealFigure

    /// The database's time.
    public static var clock: Statement<Instant> {
        Statement("select clock_timestamp()") { try $0[0][0, as: Instant.self] }
    }

    /// Reads all figures in one round trip.
    public static func read(on database: some PostgresQuerying) async throws -> Figures {
        let (moment, flows, queues, work, letters, proposals, parks, snapshots, seal) = try await database.run(
            clock, Freshness.flows, Freshness.queues, WorkFigure.all, OpenItems.deadLetters, OpenItems.proposals,
            OpenItems.parks, OpenItems.snapshots, SealFigure.current)
        return Figures(
            now: moment, flows: flows, queues: queues, work: work, deadLetters: letters, proposals: proposals,
            parks: parks, snapshots: snapshots, seal: seal)
    }
}
