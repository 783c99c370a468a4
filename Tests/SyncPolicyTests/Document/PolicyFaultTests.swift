import PolicySupport
import RandomSupport
import SyncPolicy
import Testing

@Suite("Faults of a policy document")
struct PolicyFaultTests {
    static func faults(_ yaml: String) -> [PolicyFault] {
        do throws(PolicyFaults) {
            _ = try SourceOfTruth(yaml: yaml, version: 1)
            return []
        } catch {
            return error.faults
        }
    }

    /// The one fault of a document that is right but for some lines under `job.fields`.
    static func fault(ofJobField line: String) -> PolicyFault? {
        let faults = faults(small.replacing("      title: { owner: crm, flows_to: [fsm] }", with: "      " + line))
        #expect(faults.count == 1, "\(faults)")
        return faults.first
    }

    static let small = """
        version: 1
        lists:
          in_progress: [started]
        entities:
          customer:
            fields:
              name: { owner: crm, flows_to: [fsm] }
          site:
            fields:
              customer: { owner: crm, flows_to: [fsm] }
              address: { owner: crm, flows_to: [fsm] }
          job:
            fields:
              customer: { owner: crm, flows_to: [fsm] }
              site: { owner: crm, flows_to: [fsm] }
              title: { owner: crm, flows_to: [fsm] }
              status: { owner: fsm, flows_to: [crm], on_conflict: monotone }

        """

    @Test("R1.1: a document with ten faults gives exactly ten, each with its line and what to do")
    func tenFaults() {
        let faults = Self.faults(FaultyPolicy.text)
        let places = faults.map { "\($0.line):\($0.column) \($0.path)" }
        #expect(
            places == [
                "3:20 settings.conflict_window", "5:3 lists.in_progres", "8:39 triggers.when.passed",
                "12:43 customer.name.flows_to", "13:7 customer.fone", "14:7 customer.email",
                "15:23 customer.phone.owner", "16:25 customer.website.owner", "18:7 customer.fields.industry", "22:1 ",
            ])
        #expect(faults.count == 10 && faults.map(\.line) == FaultyPolicy.lines)
        #expect(faults.first { $0.line == 5 }?.suggestion == "did you mean 'in_progress'?")
        #expect(faults.first { $0.line == 8 }?.suggestion == "did you mean 'approved'?")
        #expect(faults.first { $0.line == 13 }?.suggestion == "did you mean 'phone'?")
        #expect(faults.first { $0.line == 14 }?.message == "has no owner")
        #expect(faults.first { $0.line == 15 }?.message == "has 2 owners, but a field has exactly one")
        #expect(faults.first { $0.line == 18 }?.message == "the key 'industry' stands twice, first on line 17")
        #expect(faults.first { $0.line == 22 }?.message == "a tab character")
    }

    @Test("A small document that is right has no fault")
    func right() {
        #expect(Self.faults(Self.small) == [])
    }

    @Test("R1.6, R1.7: a rule that cannot work for its field is refused")
    func rules() {
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, on_conflict: monotone }")?.message
                == "only a field with a closed list of words has an order, and this is a text of at most 500 characters"
        )
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, flows_to: [fsm], on_conflict: write_once, two_way: true }")?
                .message == "a field that is write_once or monotone cannot be written from two sides")
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, on_conflict: dispatch_change_request }")?.message
                == "a dispatch_change_request cannot come of job.title: it asks for another time")
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, on_conflict: contact_proposal }")?.path
                == "job.title.on_conflict")
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, on_conflict: [owner_wins, amendment] }")?.message
                == "two rules for the changes of others")
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, on_conflict: last_one_wins }")?.path
                == "job.title.on_conflict")
        #expect(
            Self.fault(ofJobField: "priority: { owner: crm, on_conflict: [write_once, monotone] }")?.message
                == "write_once and monotone exclude each other")
        #expect(Self.fault(ofJobField: "title: { owner: crm, two_way: true }")?.message == "nobody else has the field")
        #expect(
            Self.fault(ofJobField: "priority: { owner: crm, order_from: high }")?.message
                == "only a monotone field has an order")
        #expect(
            Self.fault(ofJobField: "priority: { owner: crm, on_conflict: monotone, order_from: hihg }")?.suggestion
                == "did you mean 'high'?")
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, on_conflict: onwer_wins }")?.suggestion
                == "did you mean 'owner_wins'?")
        #expect(
            Self.fault(ofJobField: "invoice_total: { owner: ledger, flows_to: [crm], two_way: true }")?.message
                == "the value is computed from other records, so no side writes it")
        #expect(Self.fault(ofJobField: "title: crm")?.message == "must be a mapping, found 'crm'")
        #expect(Self.fault(ofJobField: "title: { owner: }")?.message == "has no owner")
        #expect(
            Self.fault(ofJobField: "title: { owner: crm, two_way: yes, flows_to: [fsm] }")?.message
                == "'yes' is not true or false")
    }

    @Test("A record's required parents must get to where the record goes")
    func parents() {
        let noSite = Self.faults(Self.small.replacing("      site: { owner: crm, flows_to: [fsm] }\n", with: ""))
        // In the CRM and in field service.
        #expect(noSite.map(\.path) == ["job.site", "job.site"])
        let closed = Self.faults(
            Self.small.replacing(
                "  customer:\n    fields:", with: "  customer:\n    gates: { fsm: never }\n    fields:"))
        #expect(closed.map(\.path) == ["customer.gates.fsm", "site.customer", "job.customer"])
        let notFlowing = Self.faults(
            Self.small.replacing("      site: { owner: crm, flows_to: [fsm] }", with: "      site: { owner: crm }"))
        #expect(
            notFlowing.map(\.message) == [
                "a job cannot be created in the fsm without its site, which does not flow there"
            ])
    }

    @Test("A hold needs statuses to hold by, and holds nothing of the field's own")
    func holds() {
        let none = Self.faults(
            Self.small.replacing("lists:\n  in_progress: [started]\n", with: "")
                .replacing(
                    "title: { owner: crm, flows_to: [fsm] }",
                    with: "title: { owner: crm, on_conflict: hold_in_progress }"))
        #expect(none.map(\.suggestion) == ["add lists.in_progress"])
        let own = Self.faults(
            Self.small.replacing("in_progress: [started]", with: "in_progress: [started]\n  critical_scope: [status]"))
        #expect(own.map(\.path) == ["lists.critical_scope"])
    }

    @Test("A trigger needs an effect, a cause that can have it, and a status that is synced")
    func triggers() {
        func faults(_ trigger: String) -> [String] {
            Self.faults(Self.small + "triggers:\n" + trigger).map(\.message)
        }
        #expect(faults("  - { effect: create_invoice, when: { entity: job, passed: completed } }") == [])
        #expect(
            faults("  - { effect: create_invoice, when: { entity: estimate, passed: approved } }")
                == ["'estimate' is not an entity that can cause create_invoice"])
        #expect(
            faults("  - { effect: create_job, when: { entity: estimate, passed: approved } }")
                == ["create_job would never happen, since estimate.status is not synced"])
        #expect(faults("  - { effect: create_invoice }") == ["a trigger needs 'when'"])
        #expect(
            faults(
                "  - { effect: create_invoice, when: { entity: job, passed: completed } }\n"
                    + "  - { effect: create_invoice, when: { entity: job, passed: cancelled } }")
                == ["create_invoice has a trigger for job already"])
    }

    @Test("What is no YAML is said once, with its place")
    func syntax() {
        let open = Self.faults("version: 1\nentities:\n  customer: { fields: [\n")
        #expect(open.count == 1)
        #expect(open.first?.message.hasPrefix("this is no YAML") == true)
        #expect(open.first?.line == 4)
        #expect(Self.faults("").map(\.message) == ["the document is empty"])
        #expect(Self.faults("- a\n- b").map(\.message) == ["must be a mapping, found a list"])
        #expect(Self.faults("version: 2\nentities: {}").map(\.message) == ["must be a whole number, found '2'"])
        let anchors = Self.faults(Self.small.replacing("name: {", with: "name: &x {"))
        #expect(anchors.map(\.line).contains(7))
        #expect(Self.faults(String(repeating: "#", count: 2_000_000)).count == 1)
    }

    @Test("Keys that stand twice are all found, in nested mappings and when quoted")
    func duplicates() {
        let faults = Self.faults(
            """
            version: 1
            version: 1
            entities:
              customer:
                fields:
                  name: { owner: crm, "owner": fsm, owner: ledger }
                  name: { owner: crm }
              customer:
                fields:
                  name: { owner: crm }
            """)
        #expect(faults.map { "\($0.line):\($0.column)" } == ["2:1", "6:27", "6:41", "7:7", "8:3"])
    }

    @Test("Settings are checked one by one")
    func settings() {
        let faults = Self.faults(
            Self.small + """
                settings:
                  clock_tolerance: -1
                  currency: dollars
                  labor_rate: 95.123
                  calendar:
                    zone: Chicago
                    hours: { mon: 7-17, moon: "07:00-17:00", tue: "17:00-07:00" }
                    holidays: [2026-02-30]
                """)
        #expect(
            faults.map(\.path) == [
                "settings.clock_tolerance", "settings.currency", "settings.labor_rate", "settings.calendar.zone",
                "settings.calendar.hours.mon", "settings.calendar.hours.moon", "settings.calendar.hours.tue",
                "settings.calendar.holidays",
            ])
    }

    @Test("Mutated documents never crash", arguments: 0..<30 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        var bytes = Array(ShippedPolicy.text.utf8)
        for _ in 0...below(12) {
            let position = below(bytes.count)
            switch below(4) {
            case 0: bytes[position] = UInt8(below(256))
            case 1: bytes.removeSubrange(position..<min(bytes.count, position + below(30)))
            case 2: bytes.insert(contentsOf: Array("{}[]:,&*-!|>'\"%@`\t\n ".utf8).prefix(below(19)), at: position)
            default: bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + below(80))], at: position)
            }
        }
        for fault in Self.faults(String(decoding: bytes, as: UTF8.self)) {
            #expect(fault.line >= 1 && fault.column >= 1 && !fault.message.isEmpty, "seed \(seed)")
        }
    }
}
