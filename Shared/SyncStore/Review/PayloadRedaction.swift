public import CanonicalModel

/// Shows a payload without what its fields' classes protect: pure.
public enum PayloadRedaction {
    /// A payload as it may be shown.
    ///
    /// Of an event or a command, each field whose class is not `none` is replaced by its class; a field that this build
    /// does not know is left out, too. Anything else is withheld as a whole, since nobody can tell what is in it.
    public static func redacted(_ payload: [UInt8]) -> JSONValue {
        guard var message = try? JSONValue(parsing: payload), message.object != nil,
            let entity = entity(of: message)
        else { return withheld(payload) }
        var data = message["data"]
        for (list, isDesired) in [("fields", false), ("desired", true)] {
            guard let fields = data[list].object else { continue }
            var shown = JSONObject()
            for member in fields.members {
                shown[member.key] = field(member.key, of: entity, member.value, isDesired: isDesired)
            }
            data[list] = .object(shown)
        }
        if data["actor"] != .null { data["actor"] = mark(.personal) }
        message["data"] = known(data, envelope.data)
        return known(message, envelope.message)
    }

    /// A payload as it is: JSON where it is that, else text.
    public static func whole(_ payload: [UInt8]) -> JSONValue {
        if let value = try? JSONValue(parsing: payload) { return value }
        return .string(String(decoding: payload, as: UTF8.self))
    }

    /// The members that messages of ours have; what a stranger put beside them may be anything.
    private static let envelope = (
        message: Set([
            "specversion", "id", "type", "source", "subject", "time", "datacontenttype", "correlationid", "causationid",
            "hop", "traceparent", "schemaversion", "origin", "data",
        ]),
        data: Set([
            "fields", "desired", "actor", "role", "native", "external_id", "merged_into", "changed_at", "observed_at",
            "connection", "entity", "record", "version", "effect", "may_create", "priority", "policy_version",
        ])
    )

    private static func known(_ value: JSONValue, _ names: Set<String>) -> JSONValue {
        var shown = JSONObject()
        for member in value.object?.members ?? [] {
            shown[member.key] = names.contains(member.key) ? member.value : .string("[unknown member]")
        }
        return .object(shown)
    }

    /// The kind of record that an event or a command is about; nil for anything else.
    public static func entity(of message: JSONValue) -> EntityKind? {
        guard let type = message["type"].string, message["data"].object != nil else { return nil }
        if type.hasPrefix("plumbline.command.") {
            return message["data"]["entity"].string.flatMap(EntityKind.init(rawValue:))
        }
        let words = type.split(separator: ".")
        guard words.count == 3, words[0] == "plumbline" else { return nil }
        return EntityKind(rawValue: String(words[1]))
    }

    private static func field(
        _ name: String, of entity: EntityKind, _ value: JSONValue, isDesired: Bool
    ) -> JSONValue {
        guard let field = ModelCatalog.field(FieldName(name), of: entity) else { return .string("[unknown field]") }
        guard field.pii != .none else { return value }
        guard isDesired, let members = value.object?.members else { return value.isNull ? .null : mark(field.pii) }
        var shown = JSONObject()
        for member in members { shown[member.key] = member.value.isNull ? .null : mark(field.pii) }
        return .object(shown)
    }

    private static func mark(_ pii: PIIClass) -> JSONValue { .string("[\(pii.rawValue)]") }

    private static func withheld(_ payload: [UInt8]) -> JSONValue {
        .string("[withheld: \(payload.count) bytes that are no message of ours]")
    }
}
