import Postgres
import SystemSupport

/// The broker stands still for a time: it answers nobody, and all connections stay open.
struct BrokerStandstill {
    let seconds: Int

    /// So many messages are on their way while people work.
    private static let usual = 20

    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        guard let broker = try await bed.engine.replicas(of: "rabbitmq").first else {
            throw DrillFailure("there is no container of rabbitmq")
        }
        try await bed.engine.pause(broker)
        try await Task.sleep(for: .seconds(seconds))
        let waiting = try await unsettled(bed)
        try await bed.engine.resume(broker)
        let start = ContinuousClock.now
        figures.note("messages that waited in the database when the broker went on", Double(waiting))
        try await bed.isReady()
        figures.note("until all services were ready", (ContinuousClock.now - start).inSeconds, "s")
        try await eventually("what waited has gone", within: .seconds(180)) {
            try await unsettled(bed) <= Self.usual
        }
        figures.note("until what had waited was settled", (ContinuousClock.now - start).inSeconds, "s")
    }

    private func unsettled(_ bed: ContainerBed) async throws -> Int {
        try await bed.pool.query("select count(*) from message where status < 2")[0][0, as: Int.self]
    }
}
