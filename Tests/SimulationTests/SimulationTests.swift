import Foundation
import Simulation
import SyncPolicy
import Testing

@Suite("Simulated schedules") struct SimulationTests {
    static func policy() throws -> SourceOfTruth {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../deploy/policy/source-of-truth.yaml").standardized
        return try SourceOfTruth(yaml: String(contentsOf: file, encoding: .utf8), version: 1)
    }

    @Test("A schedule has at least 20 actions on three records in all roles, and at least 3 faults")
    func size() {
        for seed in 0..<500 as Range<UInt64> {
            let schedule = Schedule(seed: seed)
            #expect(schedule.actions.count >= 20)
            #expect(schedule.faults.count >= 3)
            #expect(Set(schedule.actions.map(\.record)).count == Schedule.records)
            #expect(Set(schedule.actions.map(\.kind.role)).count == 3)
            #expect(schedule == Schedule(seed: seed))
        }
    }

    @Test("Schedules of many seeds break no promise")
    func seeds() async throws {
        let campaign = await Campaign.run(Simulation(policy: try Self.policy()), from: 1, count: 100, jobs: 2)
        #expect(campaign.failures.isEmpty, "\(campaign.summary)")
        #expect(campaign.actions > 20 * 100 - 100)
    }

    @Test(
        "Seeds that have broken a promise once break none now",
        arguments: [
            4093,  // a second correction in the field, covered before it was read
            4288,  // a create that was believed absent and has made the object with the values of its time
            16451,  // a late write that another one with the same value had let be forgotten
            18823,  // a create that left long after its intent was opened, and showed long after it
            2_059_151,  // two creates that both made an object, of which the look-up found the earlier one
            2_063_041,  // a proposal that was taken back and raised anew in one batch
            3_061_645,  // requests of a round whose lanes could not be prolonged while the store was away
            3_080_817,  // a late object that was read between the end of one create and the beginning of the next
            4_069_102,  // a correction taken back that only rounds had read which could not be written down
            306_865,  // a correction taken back to what an unanswered request had wanted
            320_178,  // a correction changed and taken back between two reads
        ] as [UInt64])
    func regressions(_ seed: UInt64) throws {
        let play = Simulation(policy: try Self.policy()).play(Schedule(seed: seed))
        #expect(play.violations.isEmpty)
    }
}
