import Testing

@testable import Faults

@Suite("The schedule of faults")
struct FaultScheduleTests {
    @Test("the same seed gives the same schedule, and another one another", arguments: [1, 77, 20_261_121] as [UInt64])
    func seeded(seed: UInt64) {
        let profile = FaultProfile(.short)
        let first = FaultSchedule(seed: seed, profile: profile, minutes: 2)
        #expect(first == FaultSchedule(seed: seed, profile: profile, minutes: 2))
        #expect(first != FaultSchedule(seed: seed + 1, profile: profile, minutes: 2))
    }

    @Test("each kind of the profile comes at least as often as it says, within the run, in the order of time")
    func complete() {
        for (name, minutes) in [(FaultProfile.Name.short, 2.0), (.long, 10), (.calm, 1)] {
            for seed in 1...20 as ClosedRange<UInt64> {
                let profile = FaultProfile(name)
                let schedule = FaultSchedule(seed: seed, profile: profile, minutes: minutes)
                for kind in profile.kinds {
                    #expect(schedule.counts[kind, default: 0] >= profile.least, "\(kind), seed \(seed), \(name)")
                }
                #expect(schedule.faults.map(\.begin) == schedule.faults.map(\.begin).sorted())
                #expect(schedule.faults.allSatisfy { $0.begin >= 0 && Double($0.end) <= minutes * 60_000 })
            }
        }
    }

    @Test("no two faults have the same process, server or link in their hands at once")
    func apart() {
        for seed in 1...10 as ClosedRange<UInt64> {
            let faults = FaultSchedule(seed: seed, profile: FaultProfile(.long), minutes: 10).faults
            for (index, fault) in faults.enumerated() {
                #expect(!faults[(index + 1)...].contains { $0.conflicts(with: fault) }, "seed \(seed), \(fault)")
            }
        }
    }

    @Test(
        "an hour in six parts has more than a thousand faults of processes, network and storage, each kind five times")
    func hour() {
        var counts: [FaultKind: Int] = [:]
        for seed in 1...6 as ClosedRange<UInt64> {
            let schedule = FaultSchedule(seed: seed, profile: FaultProfile(.long), minutes: 10)
            counts.merge(schedule.counts, uniquingKeysWith: +)
        }
        let hard = counts.filter { [.process, .network, .storage].contains($0.key.category) }.values.reduce(0, +)
        #expect(hard >= 1000)
        for kind in FaultKind.all { #expect(counts[kind, default: 0] >= 5, "\(kind)") }
    }

    @Test("names of kinds are unique")
    func names() {
        #expect(Set(FaultKind.all.map(\.description)).count == FaultKind.all.count)
        #expect(FaultKind.all.map(\.description).contains("kill.router"))
        #expect(FaultKind.all.map(\.description).contains("cut.vendor-http"))
    }
}
