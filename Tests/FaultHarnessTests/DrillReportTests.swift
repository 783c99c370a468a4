import Testing

@testable import Faults

@Suite("What a drill reports")
struct DrillReportTests {
    private func report(_ pace: PaceVerdict, letters: Double = 0, p99: Double = 90) -> DrillReport {
        var report = DrillReport(drill: "dead-letters", seed: 5, pace: pace)
        report.note("replay", 534)
        report.expect("letters still open", letters, atMost: 0)
        report.expect("live changes, p99", p99, atMost: 45, "ms", isPace: true)
        return report
    }

    @Test("A missed pace fails the drill where it is judged, and is told where it is only shown")
    func pace() {
        #expect(report(.judged, p99: 45).isGood)
        #expect(!report(.judged).isGood)
        #expect(report(.judged).text.contains("MISSED: live changes, p99: 90 ms (at most 45)\n"))
        #expect(report(.judged).text.hasSuffix("2 promises, 1 missed"))
        #expect(report(.shown).isGood)
        #expect(report(.shown).text.contains("MISSED, a pace, shown and not judged here: live changes, p99: 90 ms"))
        #expect(report(.shown).text.hasSuffix("2 promises, 1 missed, 1 of them not judged"))
    }

    @Test("What is lost or twice fails the drill, whatever is said of its pace", arguments: PaceVerdict.allCases)
    func counts(_ pace: PaceVerdict) {
        #expect(!report(pace, letters: 1, p99: 40).isGood)
        #expect(!report(pace, letters: 1).isGood)
        #expect(report(pace, letters: 1).text.contains("MISSED: letters still open: 1 (at most 0)"))
    }
}
