import Foundation
import Postgres
import SandboxKit
import SystemSupport

/// A replay of everything, with two processes killed in the middle of it.
struct LetterReplay: Sendable {
    let bed: LetterSystem
    let log: EffectLog

    /// What was measured.
    struct Outcome: Sendable {
        /// From the command to the end of the last letter.
        var seconds = 0.0
        /// The calls that each vendor's limit counts in that time.
        var calls: [String: Int] = [:]
        var succeeded = 0
        var failed = 0
        var leftOut = 0
        /// Times between which nobody can expect live work to be as quick as else.
        var outage: (from: ContinuousClock.Instant, to: ContinuousClock.Instant)
        var begun: ContinuousClock.Instant
        var ended: ContinuousClock.Instant

        /// The seconds that the limits alone would have taken.
        var leastSeconds: Double {
            calls.map { Double($0.value) / Double(LetterSystem.limits[$0.key] ?? 1) }.max() ?? 0
        }
    }

    /// How much of the replay is done when the processes are killed.
    private static let middle = 0.4

    func run(patience: Duration) async throws -> Outcome {
        let before = try await bed.calls()
        let batches = await log.ledgerBatches
        let start = ContinuousClock.now
        let id = try await LetterOperator(system: bed.system).replay()
        var outage: (from: ContinuousClock.Instant, to: ContinuousClock.Instant)?
        var told = 0
        let row = try await eventually("the replay is over", within: patience, every: .seconds(1)) {
            () -> PostgresRow? in
            let row = try await look(id)
            let total = max(try row[1, as: Int.self], 1)
            let ended = try row[2, as: Int.self] + row[3, as: Int.self] + row[4, as: Int.self]
            if ended * 10 / total > told {
                told = ended * 10 / total
                let seconds = (ContinuousClock.now - start).inSeconds
                progress("  \(ended) of \(total) letters have ended after \(Int(seconds)) s")
            }
            if outage == nil, Double(ended) >= Self.middle * Double(total) { outage = try await kill() }
            let state = try row[0, as: String.self]
            guard state != "stopped" else { throw DrillFailure("the replay has stopped: too much of it failed") }
            return state == "done" ? row : nil
        }
        let end = ContinuousClock.now
        var outcome = Outcome(outage: outage ?? (end, end), begun: start, ended: end)
        outcome.seconds = (end - start).inSeconds
        outcome.succeeded = try row[2, as: Int.self]
        outcome.failed = try row[3, as: Int.self]
        outcome.leftOut = try row[4, as: Int.self]
        for (vendor, count) in try await bed.calls() { outcome.calls[vendor] = count - before[vendor, default: 0] }
        outcome.calls["quickbooks", default: 0] += (await log.ledgerBatches - batches) * 11
        return outcome
    }

    private func look(_ id: String) async throws -> PostgresRow {
        let rows = try await bed.system.pool.query(
            "select state, total, succeeded, failed, skipped from replay where id = \(id)::uuid")
        guard let row = rows.first else { throw DrillFailure("there is no replay \(id)") }
        return row
    }

    /// Kills who runs the replay and one who sends for it; a supervisor starts them again.
    private func kill() async throws -> (from: ContinuousClock.Instant, to: ContinuousClock.Instant) {
        let start = ContinuousClock.now
        let victims = [SystemService.reconciler, .fsmAdapter]
        for service in victims { try await bed.system.kill(service) }
        for service in victims { try await bed.system.restart(service) }
        progress("  the reconciler and an adapter were killed and are there again")
        // What was on its way then is late, too, and a lease of the killed has to run out first.
        return (start - .seconds(5), ContinuousClock.now + .seconds(45))
    }
}
