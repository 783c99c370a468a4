import CanonicalModel
import SyncPolicy
import Testing

@Suite("The policy that the product ships with")
struct ShippedPolicyTests {
    @Test("R1.1: it has no fault, and every entity has exactly one owner per field")
    func loads() throws {
        let policy = try ShippedPolicy.load()
        #expect(policy.version == 1)
        #expect(policy.hash.count == 64)
        #expect(policy.entities.count == 14)
        #expect(policy.settings.conflictWindow == 300)
        #expect(policy.settings.laborRate == Money(minorUnits: 9500, currency: .usd))
        #expect(policy.settings.calendar?.hours.count == 5)
    }

    @Test("R1.2, R1.3, R1.4, R1.6, R6.1: owners are as ruled, field by field")
    func owners() throws {
        let policy = try ShippedPolicy.load()
        func owner(_ entity: EntityKind, _ field: FieldName) -> Role? { policy.rule(field, of: entity)?.owner }
        #expect(owner(.customer, "name") == .crm)
        #expect(owner(.contact, "phone") == .crm)
        #expect(owner(.contact, "delivery_notes") == .fsm)
        #expect(owner(.job, "lines") == .crm)
        #expect(owner(.job, "status") == .fsm)
        #expect(owner(.job, "scheduled_window") == .fsm)
        #expect(owner(.job, "invoice_number") == .ledger)
        #expect(owner(.invoice, "number") == .ledger)
        #expect(owner(.payment, "amount") == .ledger)
        #expect(owner(.item, "unit_price") == .ledger)
        #expect(owner(.estimate, "status") == .crm)
        #expect(policy.rule("number", of: .invoice)?.discipline == .writeOnce)
    }

    @Test("R1.9: what the policy does not name is not synced")
    func allowList() throws {
        let policy = try ShippedPolicy.load()
        #expect(policy.rule("latitude", of: .site) == nil)
        #expect(policy.gate(.communication, .crm) == .never)
        #expect(policy.fields(of: .communication, to: .crm) == [])
    }

    @Test("R2.2, R2.8: field service gets operational fields of customers that it needs, and no estimates")
    func gates() throws {
        let policy = try ShippedPolicy.load()
        #expect(policy.gate(.customer, .fsm) == .whenNeeded)
        #expect(policy.gate(.site, .ledger) == .whenNeeded)
        #expect(policy.gate(.opportunity, .fsm) == .never)
        #expect(policy.gate(.estimate, .ledger) == .never)
        #expect(
            policy.fields(of: .customer, to: .fsm) == [
                "billing_address", "communication_preference", "email", "kind", "name", "phone", "primary_contact",
            ])
        #expect(policy.fields(of: .contact, to: .crm) == ["access_notes", "delivery_notes"])
    }

    @Test("R1.10, R6.7: nothing is two-way by default, and no field of an invoice comes from elsewhere")
    func oneWay() throws {
        let policy = try ShippedPolicy.load()
        for entity in policy.entities.values { #expect(!entity.fields.values.contains { $0.isTwoWay }) }
        #expect(policy.entities[.invoice]?.fields.values.allSatisfy { $0.owner == .ledger } == true)
    }

    @Test("R1.15: scheduling and status are real-time, prices and stock near-real-time")
    func syncClasses() throws {
        let policy = try ShippedPolicy.load()
        #expect(policy.entities[.job]?.syncClass == .realTime)
        #expect(policy.entities[.item]?.syncClass == .nearRealTime)
    }

    @Test("R3.1, R3.14, R25.4: an approved estimate creates a job, a completed job an invoice and a won opportunity")
    func triggers() throws {
        let policy = try ShippedPolicy.load()
        #expect(policy.triggers.map(\.effect) == [.createJob, .createInvoice, .closeOpportunity])
        let approval = try #require(policy.triggers.first)
        let now = Instant(seconds: 1000)
        func firing(_ status: String, _ history: [StatusStep]) -> StatusStep? {
            approval.firing(fallback: now) { field in
                field == "status" ? .choice(status) : field == "status_history" ? .history(history) : nil
            }
        }
        #expect(firing("sent", []) == nil)
        #expect(firing("approved", []) == StatusStep("approved", at: now))
        #expect(firing("converted", []) == StatusStep("converted", at: now))
        // It was approved once, whatever it is now, and the time is that of the approval.
        let steps = [StatusStep("converted", at: Instant(seconds: 9)), StatusStep("approved", at: Instant(seconds: 5))]
        #expect(firing("archived", steps) == StatusStep("approved", at: Instant(seconds: 5)))
        let wonFirst = ShippedPolicy.text.replacing(
            "when: { entity: estimate, passed: [approved, converted] }",
            with: "when: { entity: opportunity, passed: won }")
        #expect(try SourceOfTruth(yaml: wonFirst, version: 2).triggers.first?.historyField == "stage_history")
    }

    @Test("R3.8: the statuses in progress and the critical scope are lists of the policy")
    func lists() throws {
        let policy = try ShippedPolicy.load()
        #expect(policy.isInProgress(jobStatus: "started"))
        #expect(!policy.isInProgress(jobStatus: "scheduled"))
        #expect(!policy.isInProgress(jobStatus: nil))
        #expect(policy.rule("lines", of: .job)?.holdsInProgress == true)
        #expect(policy.rule("priority", of: .job)?.holdsInProgress == false)
    }
}
