internal import CanonicalModel
internal import SyncCore
internal import SyncStore

/// A correction of what letters hold, field by field, the same for each.
///
/// Pure.
public struct LetterPatch: Sendable {
    /// What is done with a field.
    enum Action: Sendable {
        /// It gets this value.
        case set(JSONValue)
        /// It has no value any more.
        case clear
        /// The message does not speak of it any more.
        case remove
    }

    /// A field of a kind of record.
    struct Change: Sendable {
        var entity: String
        var field: String
        var action: Action
    }

    private(set) var changes: [Change] = []

    /// Nothing yet.
    public init() {}

    /// Gives a field a value, written as `entity.field=JSON`.
    ///
    /// - Throws: `OperationFailure` for what is no such text, or no value of the field's type.
    public mutating func set(_ text: String) throws(OperationFailure) {
        guard let sign = text.firstIndex(of: "=") else {
            throw OperationFailure("'\(text)' is no entity.field=JSON, such as customer.phone='\"555 0100\"'")
        }
        let (entity, field) = try Self.name(text[..<sign])
        let json = String(text[text.index(after: sign)...])
        guard let value = try? JSONValue(parsing: Array(json.utf8)) else {
            throw OperationFailure("the value for \(entity).\(field) is no JSON; a text stands in quotation marks")
        }
        let declaration = try Self.declaration(entity, field)
        if let fault = Self.fault(of: value, as: declaration) {
            throw OperationFailure("\(entity).\(field): \(fault)")
        }
        changes.append(Change(entity: entity, field: field, action: .set(value)))
    }

    /// Takes a field's value away, written as `entity.field`.
    public mutating func clear(_ text: String) throws(OperationFailure) {
        let (entity, field) = try Self.name(text[...])
        _ = try Self.declaration(entity, field)
        changes.append(Change(entity: entity, field: field, action: .clear))
    }

    /// Takes a field out of the message, also one that the model does not have, written as `entity.field`.
    public mutating func remove(_ text: String) throws(OperationFailure) {
        let (entity, field) = try Self.name(text[...])
        changes.append(Change(entity: entity, field: field, action: .remove))
    }

    /// Whether nothing is to be changed.
    public var isEmpty: Bool { changes.isEmpty }

    /// What is done, without values.
    var description: String {
        changes.map { change in
            let name = "\(change.entity).\(change.field)"
            return switch change.action {
            case .set: "set \(name)"
            case .clear: "cleared \(name)"
            case .remove: "removed \(name)"
            }
        }.joined(separator: ", ")
    }

    // MARK: A letter's payload

    /// Why a letter cannot be corrected so.
    struct Fault: Error, Sendable, Hashable {
        /// The field; nil where it is the whole message.
        var field: String?
        /// What is wrong and what would be right.
        var text: String
    }

    /// A field that was changed, before and after.
    struct Step: Sendable, Hashable {
        var entity: EntityKind
        var field: String
        var before: JSONValue
        var after: JSONValue
    }

    /// Corrects a payload.
    ///
    /// - Parameter capability: what the connection of a command can write.
    /// - Returns: the new payload and what has changed in it; nil where nothing has.
    func apply(
        to letter: DeadLetters.Letter, capability: (EntityKind) -> EntityCapability?
    ) throws(Fault) -> (payload: [UInt8], steps: [Step])? {
        guard letter.source != .read, letter.source != .webhook else {
            throw Fault(text: "a letter of a \(letter.source.rawValue) holds no fields; its object is read again")
        }
        guard var message = try? JSONValue(parsing: letter.payload), let entity = PayloadRedaction.entity(of: message)
        else { throw Fault(text: "its payload is no message of ours, so that no field of it can be corrected") }
        let isCommand = message["type"].string?.hasPrefix("plumbline.command.") == true
        let list = isCommand ? "desired" : "fields"
        var steps: [Step] = []
        for change in changes {
            guard change.entity == entity.rawValue else {
                throw Fault(
                    field: "\(change.entity).\(change.field)", text: "the letter is about a \(entity.rawValue)")
            }
            if isCommand, case .remove = change.action {
            } else if isCommand, let capability = capability(entity),
                !capability.writes.contains(FieldName(change.field))
            {
                throw Fault(
                    field: "\(change.entity).\(change.field)",
                    text: "\(letter.connection?.name ?? "the connection") does not take it; it takes "
                        + capability.writes.sorted().map(\.name).joined(separator: ", "))
            }
            let before = message["data"][list].object?[change.field]
            let after = after(change, before: before, isCommand: isCommand)
            guard before != after else { continue }
            var data = message["data"]
            var fields = data[list].object ?? JSONObject()
            fields[change.field] = after
            data[list] = .object(fields)
            message["data"] = data
            let shown: (JSONValue?) -> JSONValue = { (isCommand ? $0?["value"] : $0) ?? .null }
            steps.append(
                Step(entity: entity, field: change.field, before: shown(before), after: shown(after)))
        }
        guard !steps.isEmpty else { return nil }
        let payload = message.serialised()
        do {
            if isCommand {
                _ = try CommandCoding.decode(payload)
            } else {
                _ = try EventCoding.decode(payload)
            }
        } catch {
            throw Fault(text: "the corrected message could still not be read: \(error)")
        }
        return (payload, steps)
    }

    private func after(_ change: Change, before: JSONValue?, isCommand: Bool) -> JSONValue? {
        let value: JSONValue
        switch change.action {
        case .set(let given): value = given
        case .clear: value = .null
        case .remove: return nil
        }
        guard isCommand else { return value }
        // A person decides, whatever the system shows by now.
        return ["value": value]
    }

    private static func name(_ text: Substring) throws(OperationFailure) -> (entity: String, field: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
            throw OperationFailure("'\(text)' is no entity.field, such as customer.phone")
        }
        guard EntityKind(rawValue: String(parts[0])) != nil else {
            let kinds = EntityKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw OperationFailure("'\(parts[0])' is none of: \(kinds)")
        }
        return (String(parts[0]), String(parts[1]))
    }

    private static func declaration(_ entity: String, _ field: String) throws(OperationFailure) -> FieldDeclaration {
        guard let kind = EntityKind(rawValue: entity) else { throw OperationFailure("there is no entity '\(entity)'") }
        guard let declaration = ModelCatalog.field(FieldName(field), of: kind) else {
            let names = ModelCatalog.declaration(of: kind).fields.map(\.name.name).joined(separator: ", ")
            throw OperationFailure("a \(entity) has no '\(field)'; it has \(names)")
        }
        return declaration
    }

    private static func fault(of value: JSONValue, as field: FieldDeclaration) -> String? {
        if value.isNull { return "null is no value; use --clear" }
        do {
            _ = try FieldCoding.decode(value.serialised(), as: field.type)
            return nil
        } catch {
            return "expected \(error.expected), found \(error.found)"
        }
    }
}
