import Postgres
import SandboxSupport
import SystemSupport

/// The adapters of the field service lose the network in which it is, and find it again.
struct LostWay {
    private static let service = "fsm-adapter"
    private static let network = "outside"
    /// How long it stays so once the circuit is open.
    private static let rest = Duration.seconds(20)

    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        let letters = try await deadLetters(bed)
        let start = ContinuousClock.now
        let replicas = try await bed.engine.replicas(of: Self.service)
        for replica in replicas { try await bed.engine.take(replica, outOf: Self.network) }
        do {
            try await eventually("the circuit is open", within: .seconds(240)) {
                try await openCircuits(bed) > 0
            }
            figures.note("until the circuit was open", (ContinuousClock.now - start).inSeconds, "s")
            try await Task.sleep(for: Self.rest)
        } catch {
            for replica in replicas { try? await bed.engine.put(replica, into: Self.network) }
            throw error
        }
        for replica in replicas { try await bed.engine.put(replica, into: Self.network) }
        let back = ContinuousClock.now
        try await eventually("the circuit is closed again", within: .seconds(180)) {
            try await openCircuits(bed) == 0
        }
        figures.expect(
            "until the connection had resumed by itself", (ContinuousClock.now - back).inSeconds, atMost: 120, "s")
        figures.expect(
            "dead letters of it", Double(try await deadLetters(bed) - letters), atMost: 0)
        try await bed.isReady()
    }

    private func openCircuits(_ bed: ContainerBed) async throws -> Int {
        try await bed.pool.query(
            "select count(*) from circuit where connection = 'jobber' and opened_at is not null")[0][0, as: Int.self]
    }

    private func deadLetters(_ bed: ContainerBed) async throws -> Int {
        try await bed.pool.query("select count(*) from dead_letter where connection = 'jobber'")[0][0, as: Int.self]
    }
}
