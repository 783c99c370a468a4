import CanonicalModel
import ConnectorKit
import Jobber
import SyncCore
import Testing

@Suite("Jobber: what objects say")
struct JobberObservingTests {
    private func observed(_ type: String, _ body: JSONValue) throws -> [Observation] {
        let reference = NativeReference(type: type, id: body["id"].string ?? "")
        return try JobberFixture.connector().observe(NativeObject(reference: reference, body: body))
    }

    @Test("A done job tells status, hours, parts, lines, notes and its custom fields")
    func job() throws {
        let job = try #require(try observed("job", JobberFixture.json("job")).first)
        #expect(job.externalID == JobberFixture.record)
        let fields = job.fields
        #expect(fields["status"] == .set(.choice("completed")))
        #expect(fields["labor_hours"] == .set(.quantity(Quantity(2))))
        #expect(fields["description"] == .set(.text("50 gallon, gas")))
        #expect(fields["instructions"] == .set(.text("Gate code 12")))
        #expect(fields["final_amount"] == .set(.money(Money(minorUnits: 125_050, currency: .usd))))
        #expect(fields["completion_notes"] == .set(.text("Tested, no leaks")))
        #expect(fields["crew"] == .set(.texts(["Sam Crew"])))
        #expect(fields["eta"] == .clear)
        #expect(fields["invoice_number"] == .set(.text("1042")))
        #expect(fields["invoice_total"] == .set(.money(Money(minorUnits: 125_050, currency: .usd))))
        guard case .set(.lines(let lines))? = fields["lines"], case .set(.lines(let parts))? = fields["parts_used"],
            case .set(.history(let history))? = fields["status_history"]
        else {
            Issue.record("lines, parts or history are missing")
            return
        }
        #expect(lines.map(\.key) == ["l1", "l2"])
        #expect(lines.first?.description == "Water heater\n50 gallon")
        #expect(lines.first?.taxCode == "TAX")
        #expect(parts.map(\.key) == ["TDM="])
        #expect(fields["on_site_lines"] == .clear)
        #expect(history.map(\.status) == ["unscheduled", "scheduled", "started", "completed"])
        #expect(history.map(\.at) == history.map(\.at).sorted())
    }

    @Test("Observing twice gives the same")
    func twice() throws {
        let body = try JobberFixture.json("job")
        #expect(try observed("job", body) == observed("job", body))
    }

    @Test("A price that is no number is refused with the line's id")
    func badPrice() throws {
        var body = try JobberFixture.json("job")
        body["lineItems"] = ["nodes": [["id": "x", "quantity": 1, "unitPrice": "much"]]]
        #expect(throws: ConnectorFault.self) { try observed("job", body) }
    }

    @Test("A client is a customer and its main contact; a person's name is the customer's where there is no company")
    func client() throws {
        let client: JSONValue = [
            "id": "C", "firstName": "Ann", "lastName": "Lee", "companyName": nil, "isCompany": false,
            "phones": [
                ["id": "1", "number": "555-1", "description": "Mobile", "primary": true],
                ["id": "2", "number": "555-2", "description": "Main", "primary": false],
            ],
            "emails": [["id": "3", "address": "ann@example.com", "primary": true]],
        ]
        let both = try observed("client", client)
        #expect(both.map(\.entity) == [.customer, .contact])
        #expect(both[0].fields["name"] == .set(.text("Ann Lee")))
        #expect(both[0].fields["phone"] == .set(.text("555-2")))
        #expect(both[1].fields["mobile"] == .set(.text("555-1")))
        #expect(both[1].fields["email"] == .set(.text("ann@example.com")))
    }

    @Test("A visit without a time is unscheduled; time for no job is not ours")
    func smallObjects() throws {
        let visit = try observed("visit", ["id": "V", "job": ["id": "J"], "isComplete": false])
        #expect(visit.first?.fields["status"] == .set(.choice("unscheduled")))
        #expect(visit.first?.fields["window"] == .clear)
        #expect(try observed("time_entry", ["id": "T", "finalDuration": 60, "ticking": false]).isEmpty)
    }
}
