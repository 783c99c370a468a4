import Testing

@testable import Faults

@Suite("Who is compared with the product")
struct ContestantTests {
    private func reports(
        _ against: Contestant, lost: Int, faults: Bool = true, unexpected: Int = 0
    ) -> FaultReports {
        var report = FaultReport(seed: 1, profile: "short", minutes: 2)
        report.against = against
        report.lost = lost
        report.unexpected = unexpected
        if faults { report.faults["kill.router"] = .init(planned: 1, done: 1, skipped: 0) }
        var reports = FaultReports()
        reports.parts = [report]
        return reports
    }

    @Test("the product must lose nothing, the other something where there are faults, and nothing where there are none")
    func expectation() {
        #expect(reports(.plumbline, lost: 0).isAsExpected)
        #expect(!reports(.plumbline, lost: 1).isAsExpected)
        #expect(reports(.naive, lost: 3).isAsExpected)
        #expect(!reports(.naive, lost: 0).isAsExpected, "the script is too mild")
        #expect(reports(.naive, lost: 0, faults: false).isAsExpected)
        #expect(!reports(.naive, lost: 1, faults: false).isAsExpected, "it is compared unfairly")
        #expect(!reports(.naive, lost: 3, unexpected: 1).isAsExpected, "a fault could not be carried out")
    }

    @Test("of the other, only what was lost or duplicated counts, by finding and by customer")
    func outcomes() {
        let findings = [
            Finding(.lost, "I1", "no job for intent 7 sell of c0007 'c0007 work m7q'"),
            Finding(.lost, "I1", "no client for intent 7 sell of c0007 'c0007 work m7q'"),
            Finding(.duplicated, "I2", "2 times a job for intent 9 sell of c0008"),
            Finding(.unexpected, "I3", "nobody wanted this record: c0009"),
        ]
        var report = FaultReport(seed: 1, profile: "short", minutes: 2)
        report.takeOutcomes(
            Judgement(
                attempted: 9, acknowledged: 9, refused: 0, unanswered: 0, findings: findings, mostWrites: "none"))
        #expect(report.lost == 2)
        #expect(report.duplicated == 1)
        #expect(report.unexpected == 0)
        #expect(report.hurtCustomers == 2)
        #expect(report.findings.count == 3)
    }
}
