import SandboxKit
import Testing

@testable import Faults

@Suite("Changes that come late")
struct LatenessTests {
    private func change(
        _ system: NativeSystem, _ id: String, _ name: String, at time: Double, by actor: String = "token:app"
    ) -> NativeChange {
        NativeChange(
            sequence: Int(time * 10), system: system, type: system == .crm ? "companies" : "Client", id: id,
            operation: "update", actor: actor, fields: [system == .crm ? "name" : "companyName": .string(name)],
            time: Int(time * 1e9))
    }

    /// A client that is there, and a company whose new name reaches it after so many seconds.
    private func rename(after seconds: Double) -> [NativeChange] {
        [
            change(.fsm, "client", "c0007 m0q", at: 5), change(.crm, "company", "c0007 m2q", at: 100, by: "user:maria"),
            change(.fsm, "client", "c0007 m2q", at: 100 + seconds),
        ]
    }

    private func verdicts(
        _ changes: [NativeChange], _ alerts: [Lateness.Alert] = [], blind: [ClosedRange<Double>] = []
    ) -> [Verdict] {
        Lateness(changes, alerts, blind: blind).findings().map(\.verdict)
    }

    private func alert(_ system: NativeSystem?, _ raised: Double, _ resolved: Double? = nil) -> Lateness.Alert {
        Lateness.Alert(text: "freshness", system: system, raised: raised, resolved: resolved)
    }

    @Test("I11: one that comes before an alert is due needs none")
    func inTime() {
        #expect(verdicts(rename(after: 69)).isEmpty)
    }

    @Test("I11: one that is later than its objective and the bound is a failure without an alert, and none with it")
    func late() {
        #expect(verdicts(rename(after: 71)) == [.unexpected])
        #expect(verdicts(rename(after: 71), [alert(.crm, 150)]) == [.explained])
        #expect(verdicts(rename(after: 71), [alert(nil, 90, 120)]) == [.explained])
    }

    @Test("I11: an alert that came too late, was over before, or is about another system explains nothing")
    func otherAlerts() {
        #expect(verdicts(rename(after: 90), [alert(.crm, 175)]) == [.unexpected])
        #expect(verdicts(rename(after: 90), [alert(.crm, 20, 99)]) == [.unexpected])
        #expect(verdicts(rename(after: 90), [alert(.ledger, 150)]) == [.unexpected])
    }

    @Test("I11: time in which nobody could look does not count, once where two reasons overlap")
    func blind() {
        #expect(verdicts(rename(after: 90), blind: [110...120, 115...131]).isEmpty)
        #expect(verdicts(rename(after: 92), blind: [110...120, 115...131]) == [.unexpected])
        #expect(verdicts(rename(after: 90), blind: [0...99]) == [.unexpected])
    }

    @Test("I11: what waits until its record is there is not late")
    func gated() {
        var changes = rename(after: 500)
        changes.removeFirst()
        #expect(verdicts(changes).isEmpty)
    }
}
