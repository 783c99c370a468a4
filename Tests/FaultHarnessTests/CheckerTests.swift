import SandboxKit
import Testing

@testable import Faults

@Suite("The checker of fault runs")
struct CheckerTests {
    private func failures(_ run: GoodRun) -> [String] {
        run.judgement.findings.filter(\.verdict.isFailure).map { "\($0.verdict) \($0.invariant)" }
    }

    @Test("finds nothing in a history in which all came true")
    func good() {
        let judgement = GoodRun().judgement
        #expect(judgement.findings == [])
        #expect(judgement.attempted == 7)
        #expect(judgement.acknowledged == 7)
    }

    @Test("calls a write that is missing lost, whichever it is")
    func lost() {
        let ours = GoodRun().changes.enumerated().filter { _, change in
            // The second look at the invoice replaces the first, and ids are no user's action.
            change.isOurs && change.type != "CustomFieldConfiguration" && change.fields["plumbline_id"] == nil
                && change.fields["plumbline_balance"] != "251.00"
                && change.fields["plumbline_invoice_balance"] != "251.00"
                && !"\(change.fields)".contains("251.00 USD")
                && change.fields["plumbline_job_status"] != "unscheduled"
                // Later entries of the history make the client just as well.
                && !(change.type == "Client" && change.operation == "create")
        }
        #expect(ours.count >= 10)
        for (position, change) in ours {
            var run = GoodRun()
            run.changes.remove(at: position)
            #expect(failures(run).contains { $0.hasPrefix("lost") }, "without \(change)")
        }
    }

    @Test(
        "calls a record that is there twice duplicated",
        arguments: ["Client", "Property", "Job", "Customer", "Invoice"])
    func duplicated(type: String) throws {
        var run = GoodRun()
        let first = try #require(run.changes.first { $0.type == type && $0.operation == "create" })
        run.note(
            first.system, type, "again", operation: "create",
            first.fields.merging(["companyName": "c0007 m2q"]) { _, new in new })
        #expect(failures(run).contains("duplicated I2"), "\(failures(run))")
    }

    @Test("asks for no intent of what was there before people began, and for one of everything since")
    func before() {
        var run = GoodRun()
        run.note(.fsm, "Client", "earlier", operation: "create", ["companyName": "Becker Residence"])
        #expect(failures(run) == ["unexpected I3"])
        run.beginSequence = run.changes.count
        #expect(failures(run) == [])
        run.note(.fsm, "Client", "later", operation: "create", ["companyName": "Grady Residence"])
        #expect(failures(run) == ["unexpected I3"])
    }

    @Test("explains a second client that we have archived, and a second job that we have closed")
    func neutralised() {
        var run = GoodRun()
        run.note(.fsm, "Client", "again", operation: "create", ["companyName": "c0007 m0q"])
        run.note(.fsm, "Client", "again", ["isArchived": true])
        run.note(.fsm, "Job", "again", operation: "create", ["title": "c0007 work m1q"])
        run.note(.fsm, "Job", "again", ["title": "Duplicate, do not use: c0007 work m1q", "lineItems": []])
        run.note(.fsm, "Job", "again", operation: "close", ["closedAt": "2026-11-20T16:00:00Z"])
        #expect(failures(run) == [])
        #expect(run.judgement.count(.explained) == 2)
    }

    @Test("calls a record that nobody wanted, and a write of ours into what sales owns, unexpected")
    func unexpected() {
        var run = GoodRun()
        run.note(.fsm, "Client", "stranger", operation: "create", ["companyName": "Somebody"])
        #expect(failures(run) == ["unexpected I3"])
        run = GoodRun()
        run.note(.crm, "companies", GoodRun.company, ["name": "c0007 m2q"])
        #expect(failures(run) == ["unexpected I3"])
        run = GoodRun()
        run.note(.crm, "companies", "1", operation: "create", ["name": "c0007 m2q"])
        #expect(failures(run) == ["unexpected I3"])
    }

    @Test("sees an invoice's number written twice, a completed job that goes back, and a loop")
    func histories() {
        var run = GoodRun()
        run.note(.crm, "deals", GoodRun.deal, ["plumbline_invoice_number": "1002"])
        run.note(.crm, "deals", GoodRun.deal, ["plumbline_invoice_number": "1001"])
        #expect(failures(run) == ["unexpected I4"])
        run = GoodRun()
        run.note(.crm, "deals", GoodRun.deal, ["plumbline_job_status": "scheduled"])
        run.note(.crm, "deals", GoodRun.deal, ["plumbline_job_status": "completed"])
        #expect(failures(run) == ["unexpected I5"])
        run = GoodRun()
        for _ in 0..<200 { run.note(.crm, "companies", GoodRun.company, ["plumbline_balance": "0.00"]) }
        #expect(failures(run) == ["unexpected I7"])
    }

    @Test("sees a cent that is missing, and a write after all was quiet")
    func exact() {
        var run = GoodRun()
        run.note(.crm, "deals", GoodRun.deal, ["plumbline_invoice_balance": "0.01"])
        #expect(failures(run) == ["lost I9"])
        run = GoodRun()
        run.quietSequence = run.changes.count - 1
        #expect(failures(run) == ["unexpected I6"])
    }

    @Test("wants an edit of what others own put back and on record, or overtaken")
    func foreign() {
        var run = GoodRun()
        run.intend(.renameInField, "c0007 wrong m7q", GoodRun.client, [GoodRun.client])
        run.note(.fsm, "Client", GoodRun.client, by: "sam", ["companyName": "c0007 wrong m7q"])
        #expect(failures(run).contains("lost I1"), "it was not put back")
        run.note(.fsm, "Client", GoodRun.client, ["companyName": "c0007 m2q"])
        #expect(failures(run) == ["lost I8"], "no decision names it")
        run.recordedMarks = ["m7q"]
        #expect(failures(run) == [])
    }

    @Test("wants a proposal for what a person has to decide, and takes it for an explanation of what differs")
    func proposed() {
        var run = GoodRun()
        run.intend(.wishWindow, "2026-11-21T08:00:00Z", GoodRun.deal, [GoodRun.deal])
        run.note(.crm, "deals", GoodRun.deal, by: "maria", ["plumbline_scheduled_start": "2026-11-21T08:00:00Z"])
        #expect(Set(failures(run)) == ["lost I1"])
        run.explanations = [
            .init(text: "a proposal", field: "scheduled_window", natives: [NativeAddress(.crm, "deals", GoodRun.deal)])
        ]
        #expect(failures(run) == [])
        #expect(run.judgement.count(.explained) == 2)
    }

    @Test("expects nothing of an action that was refused, and nothing certain of one that was not answered")
    func unanswered() {
        var run = GoodRun()
        run.intend(.renameCustomer, "c0007 m7q", GoodRun.company, [])
        run.intents[7].outcome = .refused("no")
        #expect(failures(run) == [])
        run.intents[7].outcome = .unknown
        #expect(failures(run) == [])
        run.intents[7].outcome = .acknowledged([GoodRun.company])
        #expect(failures(run).contains("lost I1"))
    }
}
