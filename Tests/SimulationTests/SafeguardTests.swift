import Simulation
import Testing

@Suite("Safeguards that the simulation misses when they are off") struct SafeguardTests {
    /// What puts a safeguard to the test, and the promises of which one breaks without it.
    struct Trial: Sendable, CustomTestStringConvertible {
        var safeguard: Omission
        var kinds: [Fault.Kind]
        var broken: Set<String>
        var schedules = 60

        var testDescription: String { safeguard.rawValue }
    }

    static let trials: [Trial] = [
        Trial(safeguard: .deduplication, kinds: [.messagesRepeated, .webhooksLate], broken: ["I8"]),
        Trial(safeguard: .epochCheck, kinds: [.sleepAtSend, .slowAnswers], broken: ["I1", "I2", "I5"]),
        Trial(safeguard: .dirtyCount, kinds: [.changesHidden, .slowAnswers], broken: ["I1", "I6"]),
        Trial(safeguard: .absenceWait, kinds: [.lateCommits], broken: ["I2"]),
        Trial(safeguard: .shadowCheck, kinds: [.webhooksRepeated], broken: ["I1", "I3", "I5", "I6", "I7"]),
        Trial(safeguard: .republication, kinds: [.brokerWiped, .kill], broken: ["I1", "I10"]),
    ]

    @Test(
        "A safeguard that is switched off breaks a promise, and with it on the same schedules break none",
        arguments: trials)
    func missed(_ trial: Trial) throws {
        let policy = try SimulationTests.policy()
        let without = Simulation(policy: policy, omitting: [trial.safeguard])
        let seeds = 1...UInt64(trial.schedules)
        let failing = seeds.lazy.map { Schedule(seed: $0, kinds: trial.kinds) }.first { schedule in
            without.play(schedule).violations.contains { trial.broken.contains($0.invariant) }
        }
        let schedule = try #require(failing, "no schedule of \(trial.schedules) has missed it")
        #expect(Simulation(policy: policy).play(schedule).violations.isEmpty)
    }

    @Test("A failing schedule is shrunk to what it takes to fail")
    func shrinking() throws {
        let simulation = Simulation(policy: try SimulationTests.policy(), omitting: [.republication])
        let schedule = try #require(
            (1...60).lazy.map { Schedule(seed: $0, kinds: [.brokerWiped]) }.first {
                !simulation.play($0).violations.isEmpty
            })
        let smallest = simulation.shrink(schedule)
        #expect(!simulation.play(smallest).violations.isEmpty)
        #expect(smallest.actions.count < schedule.actions.count)
        #expect(smallest.faults.count <= 1)
        #expect(smallest == simulation.shrink(smallest))
    }
}
