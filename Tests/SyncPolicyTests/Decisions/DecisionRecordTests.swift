import CanonicalModel
import SyncPolicy
import Testing

@Suite("Records of decisions")
struct DecisionRecordTests {
    private static let id = CanonicalID(high: 0x0190_d0f0_0000_7000, low: 0x8000_0000_0000_0001)

    /// A record of each kind of decision.
    private static func records() throws -> [DecisionRecord] {
        let policy = try ShippedPolicy.load()
        var records: [DecisionRecord] = []
        func judge(_ field: inout DecisionCase, _ change: FieldChange) {
            var change = change
            change.event = id
            let input = field.input(change)
            records.append(policy.record(input, field.judge(change)))
        }
        var phone = DecisionCase(policy, .contact, "phone")
        judge(&phone, DecisionCase.change(.crm, .text("1"), at: 0))
        judge(&phone, DecisionCase.change(.crm, .text("1"), at: 5))
        judge(&phone, DecisionCase.change(.fsm, .text("1"), at: 6))
        judge(&phone, DecisionCase.change(.fsm, .text("2"), at: 8))
        judge(&phone, DecisionCase.change(.crm, .text("3"), at: 9))
        judge(&phone, DecisionCase.change(.crm, nil, at: 7))
        judge(&phone, FieldChange(.clear, source: .person("Ann"), changedAt: Instant(seconds: 20)))
        var name = DecisionCase(policy, .customer, "name")
        judge(&name, DecisionCase.change(.crm, .text("a"), at: 0))
        judge(&name, DecisionCase.change(.fsm, .text("b"), at: 3))
        judge(&name, DecisionCase.change(.fsm, .text("b"), at: 999))
        var title = DecisionCase(policy, .job, "title")
        judge(&title, FieldChange(.set(.text("roof")), source: .effect, changedAt: Instant(seconds: 1)))
        title.isJobInProgress = true
        judge(&title, DecisionCase.change(.crm, .text("wall"), at: 2))
        var status = DecisionCase(policy, .job, "status")
        judge(&status, DecisionCase.change(.fsm, .choice("completed"), at: 1))
        judge(&status, DecisionCase.change(.fsm, .choice("started"), at: 2))
        judge(&status, DecisionCase.change(.crm, .choice("started"), at: 2))
        var number = DecisionCase(policy, .invoice, "number")
        judge(&number, DecisionCase.change(.ledger, .text("1"), at: 1))
        judge(&number, DecisionCase.change(.ledger, .text("2"), at: 2))
        var derived = DecisionCase(policy, .job, "invoice_number")
        judge(&derived, DecisionCase.change(.crm, .text("2"), at: 2))
        var foreign = DecisionCase(policy, .site, "wings")
        judge(&foreign, DecisionCase.change(.crm, nil, at: 2))
        return records
    }

    @Test("R1.13: a record comes back from its bytes as it was, and judging it again gives the same")
    func roundTrip() throws {
        let policy = try ShippedPolicy.load()
        let records = try Self.records()
        #expect(Set(records.map(\.decision.code)).count == 8)
        for record in records {
            let bytes = try record.encode()
            let back = try DecisionRecord(decoding: bytes)
            #expect(back == record, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(try back.encode() == bytes)
            #expect(policy.decide(back.input) == record.decision)
        }
    }

    @Test("Each decision is explained in plain words, without the values")
    func explanations() throws {
        let texts = try Self.records().map(\.explanation)
        #expect(
            texts[0]
                == "The crm (crm-main) changed contact.phone at 1970-01-01T00:00:00Z, and it owns the field: applied.")
        #expect(
            texts[3]
                == "The fsm (fsm-main) changed contact.phone, which the crm owns: raised as a contact proposal for a "
                + "person to decide on. Conflict: the fsm changed it at 1970-01-01T00:00:08Z and the owner at "
                + "1970-01-01T00:00:05Z, 3 s apart (window 300 s); the value of the crm stays meanwhile. The clocks may "
                + "differ by 5 s, so which was first is not certain.")
        #expect(texts.allSatisfy { $0.hasSuffix(".") && !$0.contains("roof") })
    }

    @Test("Bytes that are no record give a fault with a place")
    func faults() throws {
        func path(_ text: String) -> String? {
            do throws(CodingFault) {
                _ = try DecisionRecord(decoding: Array(text.utf8))
                return nil
            } catch {
                return error.path
            }
        }
        #expect(path("{") == "")
        #expect(path("{}") == "/entity")
        #expect(path(#"{"entity":"ship"}"#) == "/entity")
        let whole = String(decoding: try #require(try Self.records().first).encode(), as: UTF8.self)
        #expect(path(whole) == nil)
        #expect(path(whole.replacing(#""accept""#, with: #""maybe""#)) == "/decision")
        #expect(path(whole.replacing(#""value":"1""#, with: #""value":1"#)) == "/incoming/value")
    }
}
