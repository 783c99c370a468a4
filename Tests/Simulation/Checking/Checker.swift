import CanonicalModel
import SyncCore
import SyncStore

/// Judges a schedule that was played: by the vendors' own histories and what people did, never by our tables, except for
/// what these say of why a difference is there.
struct Checker {
    let world: World

    func violations() -> [Violation] {
        var found: [Violation] = world.failures.map { Violation(invariant: "I10", text: "a service failed: \($0)") }
        if case .stuck(let words) = world.phase { found.append(Violation(invariant: "I10", text: words)) }
        found += world.database.letters.map {
            Violation(invariant: "I1", text: "given up: \($0.code), \($0.failure)")
        }
        found += repetitions()
        if world.phase == .quiet { found += restlessness() }
        for record in 0..<Schedule.records where world.deeds.contains(where: { $0.action.record == record }) {
            found += RecordChecker(world: world, record: record).violations()
        }
        return found + endlessness()
    }

    /// I8: what was seen once is decided on once, however often it was delivered, and so told once to whoever asks why.
    private func repetitions() -> [Violation] {
        let count = world.database.decisions.values.count { $0 > 1 }
        return count == 0 ? [] : [Violation(invariant: "I8", text: "\(count) events were decided on more than once")]
    }

    /// I6: what is announced again brings no write and no command.
    private func restlessness() -> [Violation] {
        guard let before = world.countsAtQuiet else { return [] }
        var found: [Violation] = []
        if world.ourWrites > before.writes {
            found.append(
                Violation(invariant: "I6", text: "\(world.ourWrites - before.writes) writes when all was quiet"))
        }
        if world.database.commandCount > before.commands {
            let more = world.database.commandCount - before.commands
            found.append(Violation(invariant: "I6", text: "\(more) commands when all was quiet"))
        }
        return found
    }

    /// I7: what we write is bounded by what people do.
    private func endlessness() -> [Violation] {
        let bound = 8 * world.schedule.actions.count
        guard world.ourWrites > bound else { return [] }
        return [
            Violation(invariant: "I7", text: "\(world.ourWrites) writes for \(world.schedule.actions.count) actions")
        ]
    }
}
