import CanonicalModel
import Testing

@Suite("Faults of messages say where, what was found and what was expected")
struct CodingFaultTests {
    static let id = "0190d0f0-0000-7000-8000-000000000001"

    static func event(
        _ change: (inout [String: String]) -> Void = { _ in }, data: (inout [String: String]) -> Void = { _ in }
    ) -> [UInt8] {
        var members = [
            "role": #""crm""#, "native": #"{"type":"company","id":"7"}"#, "changed_at": #""2025-11-20T10:00:00Z""#,
            "observed_at": #""2025-11-20T10:00:01Z""#, "fields": #"{"name":"Ann"}"#,
        ]
        data(&members)
        var attributes = [
            "specversion": #""1.0""#, "id": "\"\(id)\"", "type": #""plumbline.customer.updated""#,
            "source": #""/connections/hubspot-main""#, "correlationid": "\"\(id)\"", "schemaversion": "1",
            "data": object(members),
        ]
        change(&attributes)
        return Array(object(attributes).utf8)
    }

    static func object(_ members: [String: String]) -> String {
        "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    static func fault(_ bytes: [UInt8], schema: SchemaVersion = .current) -> CodingFault? {
        do throws(CodingFault) {
            _ = try EventCoding.decode(bytes, schema: schema)
            return nil
        } catch {
            return error
        }
    }

    @Test("Attributes may come in any order, and extension attributes of others are left alone")
    func order() throws {
        let event = try EventCoding.decode(Self.event { $0["otherextension"] = "\"x\"" })
        #expect(event.fields == ["name": .set(.text("Ann"))])
        #expect(event.connection == ConnectionID("hubspot-main"))
        #expect(event.context.hop == 0)
    }

    @Test(
        "Every attribute that must be there is named when it is not",
        arguments: ["specversion", "id", "type", "source", "correlationid", "schemaversion", "data"])
    func missingAttribute(_ name: String) {
        let fault = Self.fault(Self.event { $0[name] = nil })
        #expect(fault?.code == .missing)
        #expect(fault?.path == "/\(name)")
    }

    @Test(
        "Every member of the data that must be there is named when it is not",
        arguments: ["role", "native", "changed_at", "observed_at", "fields"])
    func missingMember(_ name: String) {
        let fault = Self.fault(Self.event(data: { $0[name] = nil }))
        #expect(fault?.code == .missing)
        #expect(fault?.path == "/data/\(name)")
    }

    @Test("An entity, a change and a field that the model does not have are refused by name")
    func unknownWords() {
        let entity = Self.fault(Self.event { $0["type"] = #""plumbline.spaceship.updated""# })
        #expect(entity?.code == .unknownEntity)
        #expect(entity?.path == "/type")
        #expect(entity?.found == "'plumbline.spaceship.updated'")
        #expect(Self.fault(Self.event { $0["type"] = #""plumbline.customer.painted""# })?.code == .unknownWord)
        #expect(Self.fault(Self.event { $0["type"] = #""com.example.thing""# })?.code == .invalidValue)
        let field = Self.fault(Self.event(data: { $0["fields"] = #"{"colour":"red"}"# }))
        #expect(field?.code == .unknownField)
        #expect(field?.path == "/data/fields/colour")
        #expect(field?.expected == "a field of customer")
        let member = Self.fault(Self.event(data: { $0["mood"] = "1" }))
        #expect(member?.code == .unknownMember)
        #expect(member?.path == "/data/mood")
    }

    @Test("A value of the wrong type is refused at its place, without being repeated")
    func wrongType() {
        let number = Self.fault(Self.event(data: { $0["fields"] = #"{"name":1234567}"# }))
        #expect(number?.code == .wrongKind)
        #expect(number?.path == "/data/fields/name")
        #expect(number?.found == "a number")
        #expect(number?.description.contains("1234567") == false)
        let money = Self.fault(
            Self.event(data: { $0["fields"] = #"{"balance":{"minor":1.5,"currency":"USD"}}"# }))
        #expect(money?.code == .invalidValue)
        #expect(money?.path == "/data/fields/balance/minor")
        let currency = Self.fault(Self.event(data: { $0["fields"] = #"{"balance":{"minor":1}}"# }))
        #expect(currency?.code == .missing)
        #expect(currency?.path == "/data/fields/balance/currency")
        let choice = Self.fault(Self.event(data: { $0["fields"] = #"{"status":"ghost"}"# }))
        #expect(choice?.code == .unknownWord)
        #expect(choice?.expected == "choice: lead, prospect, active, inactive")
        let target = Self.fault(
            Self.event(data: { $0["fields"] = #"{"parent":{"type":"c","id":"1","entity":"site"}}"# }))
        #expect(target?.expected == "a reference to customer")
        let moment = Self.fault(Self.event(data: { $0["changed_at"] = #""yesterday""# }))
        #expect(moment?.path == "/data/changed_at")
    }

    @Test("R11.8: the own version and the one before are read, an older and a newer one are refused")
    func versions() {
        #expect(Self.fault(Self.event())?.code == nil)
        for version in ["0", "3", "-1"] {
            let fault = Self.fault(Self.event { $0["schemaversion"] = version })
            #expect(fault?.code == .unsupportedVersion)
            #expect(fault?.path == "/schemaversion")
            #expect(fault?.expected == "schema version 1 or 2")
            #expect(fault?.found == "version \(version)")
        }
        for (version, accepted) in [("1", false), ("2", true), ("3", true), ("4", false)] {
            let fault = Self.fault(Self.event { $0["schemaversion"] = version }, schema: SchemaVersion(3))
            #expect((fault == nil) == accepted, "version \(version)")
        }
        #expect(Self.fault(Self.event { $0["specversion"] = #""0.3""# })?.code == .unsupportedVersion)
    }

    @Test("An object's type and id that no key can hold are refused at their place")
    func native() {
        for id in ["", String(repeating: "7", count: 513), #"7\u0000"#, #"7\n"#] {
            let fault = Self.fault(Self.event(data: { $0["native"] = #"{"type":"company","id":"\#(id)"}"# }))
            #expect(fault?.code == .invalidValue)
            #expect(fault?.path == "/data/native/id")
            let within = Self.fault(
                Self.event(data: { $0["fields"] = #"{"parent":{"type":"\#(id)","id":"1","entity":"customer"}}"# }))
            #expect(within?.path == "/data/fields/parent/type")
        }
        let longest = String(repeating: "7", count: 512)
        #expect(Self.fault(Self.event(data: { $0["native"] = #"{"type":"company","id":"\#(longest)"}"# })) == nil)
    }

    @Test("The place of a fault has no control characters, whatever the names in the document")
    func place() {
        let fault = Self.fault(Array(#"{"a\u0000b\n":[}"#.utf8))
        #expect(fault?.path == "/a?b?/0")
    }

    @Test("What is no JSON is told apart from a message that is wrong")
    func malformed() {
        let fault = Self.fault(Array(#"{"specversion":"1.0","id":}"#.utf8))
        #expect(fault?.code == .malformed)
        #expect(fault?.offset == 26)
        #expect(Self.fault([])?.code == .malformed)
        #expect(Self.fault(Array("[]".utf8))?.code == .wrongKind)
    }

    @Test("A value that could not be read again is refused in writing")
    func writing() {
        var event = CanonicalEvent(
            id: CanonicalID(high: 1, low: 2), entity: .job, change: .updated, connection: ConnectionID("c"), role: .fsm,
            native: NativeReference(type: "Job", id: "1"), fields: [:], changedAt: Instant(seconds: 0),
            observedAt: Instant(seconds: 0), context: MessageContext(correlation: CanonicalID(high: 1, low: 2)))
        func path(_ field: FieldName, _ value: FieldValue) -> String? {
            event.fields = [field: .set(value)]
            do throws(CodingFault) {
                _ = try EventCoding.encode(event, schema: .current)
                return nil
            } catch {
                return error.path
            }
        }
        #expect(path("title", .text("roof")) == nil)
        #expect(path("wings", .text("two")) == "/data/fields/wings")
        #expect(path("title", .integer(1)) == "/data/fields/title")
        #expect(path("eta", .instant(Instant(microseconds: .max))) == "/data/fields/eta")
        #expect(path("labor_hours", .quantity(Quantity(.min))) == "/data/fields/labor_hours")
        #expect(path("status", .choice("flying")) == "/data/fields/status")
        #expect(
            path("customer", .reference(.native(NativeReference(type: "", id: ""), .customer)))
                == "/data/fields/customer")
        event.fields = [:]
        event.observedAt = Instant(microseconds: .min)
        #expect(throws: CodingFault.self) { try EventCoding.encode(event, schema: .current) }
    }

    @Test("A command's fields may come before its entity")
    func lateEntity() throws {
        let text = """
            {"specversion":"1.0","id":"\(Self.id)","type":"plumbline.command.upsert","source":"/router",\
            "correlationid":"\(Self.id)","schemaversion":1,"data":{"desired":{"title":{"value":"x"}},\
            "connection":"jobber","entity":"job","record":"\(Self.id)","version":4,"policy_version":1,\
            "changed_at":"2025-11-20T10:00:00Z"}}
            """
        let command = try CommandCoding.decode(Array(text.utf8))
        #expect(command.desired == ["title": .init(.set(.text("x")))])
        let wrong = text.replacing(#""value":"x""#, with: #""value":1"#)
        do throws(CodingFault) {
            _ = try CommandCoding.decode(Array(wrong.utf8))
            Issue.record("the wrong value was taken")
        } catch {
            #expect(error.path == "/data/desired/title/value")
            #expect(error.code == .wrongKind)
        }
    }

    @Test("R11.8: the origin of a command is read in version 2, and in version 1 it is a stranger's attribute")
    func origin() throws {
        func command(_ version: Int, _ origin: String) -> [UInt8] {
            Array(
                """
                {"specversion":"1.0","origin":\(origin),"id":"\(Self.id)","type":"plumbline.command.upsert",\
                "source":"/router","correlationid":"\(Self.id)","schemaversion":\(version),"data":{"connection":"jobber",\
                "entity":"job","record":"\(Self.id)","version":4,"policy_version":1,"changed_at":"2025-11-20T10:00:00Z",\
                "desired":{}}}
                """.utf8)
        }
        #expect(try CommandCoding.decode(command(2, #""hubspot""#)).origin == ConnectionID("hubspot"))
        for other in [#""hubspot""#, "7", #"{"a":1}"#, #""No Name""#] {
            #expect(try CommandCoding.decode(command(1, other)).origin == nil)
        }
        for wrong in ["7", #""No Name""#] {
            let fault = #expect(throws: CodingFault.self) { try CommandCoding.decode(command(2, wrong)) }
            #expect(fault?.path == "/origin")
        }
    }

    @Test("A peek reads id, type and subject, also of a message that is broken behind them")
    func peek() {
        let whole = EnvelopePeek(Array(#"{"id":"7","type":"t","subject":"s","data":{"#.utf8))
        #expect(whole.id == "7" && whole.type == "t" && whole.subject == "s")
        let part = EnvelopePeek(Array(#"{"id":"7","data":nonsense"#.utf8))
        #expect(part.id == "7" && part.type == nil && part.subject == nil)
        #expect(EnvelopePeek([0xff]) == EnvelopePeek([]))
        #expect(EnvelopePeek.schemaVersion(of: Array(#"{"id":"7","schemaversion":2,"data":{"#.utf8)) == "2")
        let late = #"{"data":{"schemaversion":2},"schemaversion":2}"#
        for none in [#"{"id":"7"}"#, late, #"{"schemaversion":"2"}"#, "[]"] {
            #expect(EnvelopePeek.schemaVersion(of: Array(none.utf8)) == nil, "\(none)")
        }
    }
}
