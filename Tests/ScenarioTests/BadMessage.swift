import Foundation

/// A message with something wrong, and what its dead letter must say.
struct BadMessage {
    let name: String
    let body: [UInt8]
    /// The code of the letter.
    let code: String
    /// What its failure says.
    let says: String
    var headers: [String: String] = [:]
    let id = UUID().uuidString.lowercased()

    private init(_ name: String, _ body: [UInt8], _ code: String, _ says: String, headers: [String: String] = [:]) {
        self.name = name
        self.body = body
        self.code = code
        self.says = says
        self.headers = headers
    }

    /// An event or a command as JSON texts by member, of the envelope and of its data.
    struct Draft {
        var attributes: [String: String]
        var data: [String: String]

        var bytes: [UInt8] {
            var attributes = attributes
            if attributes["data"] == nil { attributes["data"] = Self.object(data) }
            return Array(Self.object(attributes.filter { $0.value != "" }).utf8)
        }

        private static func object(_ members: [String: String]) -> String {
            "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        }

        func with(_ name: String, _ value: String?) -> Draft {
            var draft = self
            draft.attributes[name] = value ?? ""
            return draft
        }

        func with(data name: String, _ value: String?) -> Draft {
            var draft = self
            draft.data[name] = value
            return draft
        }
    }

    private static func attributes(_ type: String, source: String) -> [String: String] {
        [
            "specversion": #""1.0""#, "id": "\"\(UUID().uuidString)\"", "type": "\"\(type)\"",
            "source": "\"\(source)\"",
            "correlationid": "\"\(UUID().uuidString)\"", "schemaversion": "1",
        ]
    }

    /// An event of the CRM about a contact that everybody knows.
    static func event(contact: String, firstName: String) -> Draft {
        // Later than what was changed within this second.
        let now = "\"\(Date.now.addingTimeInterval(1).formatted(.iso8601))\""
        return Draft(
            attributes: attributes("plumbline.contact.updated", source: "/connections/hubspot"),
            data: [
                "role": #""crm""#, "native": #"{"type":"contact","id":"\#(contact)"}"#, "changed_at": now,
                "observed_at": now, "fields": #"{"first_name":"\#(firstName)"}"#,
            ])
    }

    /// A command to read a record again.
    static func command(record: String) -> Draft {
        Draft(
            attributes: attributes("plumbline.command.read", source: "/router"),
            data: [
                "connection": #""jobber""#, "entity": #""customer""#, "record": "\"\(record)\"", "version": "1",
                "policy_version": "1", "changed_at": "\"\(Date.now.formatted(.iso8601))\"", "desired": "{}",
            ])
    }

    /// What no reader can make a message of.
    static func noMessages() -> [BadMessage] {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        let inside = Array(#"{"specversion":"1.0","x":"#.utf8) + deep
        return [
            BadMessage("no JSON", Array("hello=world".utf8), "malformed", "(byte 0): expected JSON"),
            BadMessage("empty", [], "malformed", "the document ends too early"),
            BadMessage("half", Array(#"{"specversion":"1.0","#.utf8), "malformed", "the document ends too early"),
            BadMessage("a list", Array("[]".utf8), "wrong_kind", "expected a CloudEvents message, found an array"),
            BadMessage("Latin-1", Array(#"{"id":"Jos"#.utf8) + [0xE9] + Array(#""}"#.utf8), "malformed", "not UTF-8"),
            BadMessage("deep", inside, "malformed", "more than 64 levels of objects and arrays"),
            BadMessage("huge", [UInt8](repeating: 0x78, count: 12 << 20), "malformed", "(byte 0): expected JSON"),
            BadMessage(
                "a zero byte in a name and in a header", Array(#"{"a\u0000b":[}"#.utf8), "malformed", "at /a?b",
                headers: ["x-note": "a\0b", "correlation-id": "a\0b", "generation": "many"]),
        ]
    }

    /// Events that are JSON and no event that the router may believe.
    static func events(_ good: Draft) -> [BadMessage] {
        func bad(_ name: String, _ draft: Draft, _ code: String, _ says: String) -> BadMessage {
            BadMessage(name, draft.bytes, code, says)
        }
        let huge = String(repeating: "x", count: 6 << 20)
        var all = [
            bad("unknown type", good.with("type", #""com.example.x""#), "invalid_value", "at /type"),
            bad("unknown entity", good.with("type", #""plumbline.widget.updated""#), "unknown_entity", "widget"),
            bad("unknown change", good.with("type", #""plumbline.contact.lost""#), "unknown_word", "a change: created"),
            bad("version of the model", good.with("schemaversion", "9"), "unsupported_version", "found version 9"),
            bad("version 0", good.with("schemaversion", "0"), "unsupported_version", "at /schemaversion"),
            bad("version of CloudEvents", good.with("specversion", #""2.0""#), "unsupported_version", "found '2.0'"),
            bad("id that is a number", good.with("id", "7"), "wrong_kind", "at /id"),
            bad("media type", good.with("datacontenttype", #""text/xml""#), "invalid_value", "application/json"),
            bad("nobody's connection", good.with("source", #""/connections/nobody""#), "unknown_word", "at /source"),
            bad("another's role", good.with(data: "role", #""ledger""#), "invalid_value", "at /data/role"),
            bad("unknown member", good.with(data: "mood", #""sunny""#), "unknown_member", "at /data/mood"),
            bad("unknown field", good.with(data: "fields", #"{"shoe":1}"#), "unknown_field", "at /data/fields/shoe"),
            bad("text for a list", good.with(data: "fields", "[]"), "wrong_kind", "at /data/fields"),
            bad("number for a text", good.with(data: "fields", #"{"first_name":1}"#), "wrong_kind", "/first_name"),
            bad(
                "huge text", good.with(data: "fields", #"{"first_name":"\#(huge)"}"#), "invalid_value",
                "at /data/fields/first_name"),
            bad(
                "year 10000", good.with(data: "changed_at", #""9999-12-31T23:59:59-12:00""#), "invalid_value",
                "at /data/changed_at"),
            bad(
                "id beyond any key",
                good.with(data: "native", #"{"type":"contact","id":"\#(huge.prefix(5000))"}"#), "invalid_value",
                "at /data/native/id"),
            bad(
                "id with a zero byte", good.with(data: "native", #"{"type":"contact","id":"7\u0000"}"#),
                "invalid_value", "at /data/native/id"),
        ]
        for name in ["specversion", "id", "type", "source", "correlationid", "schemaversion"] {
            all.append(bad("no \(name)", good.with(name, nil), "missing", "missing at /\(name)"))
        }
        for name in ["role", "native", "changed_at", "observed_at", "fields"] {
            all.append(bad("no \(name)", good.with(data: name, nil), "missing", "missing at /data/\(name)"))
        }
        return all
    }

    /// Commands that are JSON and nothing that the adapter may do.
    static func commands(_ good: Draft) -> [BadMessage] {
        func bad(_ name: String, _ draft: Draft, _ code: String, _ says: String) -> BadMessage {
            BadMessage(name, draft.bytes, code, says)
        }
        return [
            bad("unknown verb", good.with("type", #""plumbline.command.destroy""#), "unknown_word", "a verb: "),
            bad("an event's type", good.with("type", #""plumbline.contact.updated""#), "invalid_value", "at /type"),
            bad("version of the model", good.with("schemaversion", "9"), "unsupported_version", "found version 9"),
            bad("unknown member", good.with(data: "mood", #""sunny""#), "unknown_member", "at /data/mood"),
            bad("unknown entity", good.with(data: "entity", #""widget""#), "unknown_entity", "at /data/entity"),
            bad(
                "unknown field", good.with(data: "desired", #"{"shoe":{"value":1}}"#), "unknown_field", "/desired/shoe"),
            bad("text for a number", good.with(data: "version", #""1""#), "wrong_kind", "at /data/version"),
            bad("id that is none", good.with(data: "record", #""7""#), "invalid_value", "at /data/record"),
            bad(
                "for another connection", good.with(data: "connection", #""hubspot""#), "invalid_value",
                "'jobber', whose queue this is"),
            bad("no record", good.with(data: "record", nil), "missing", "missing at /data/record"),
            bad("no id", good.with("id", nil), "missing", "missing at /id"),
            bad("no data", good.with("data", "null"), "wrong_kind", "at /data"),
        ]
    }
}
