/// Writes and reads a `SyncCommand` as a CloudEvents 1.0 message in JSON.
///
/// The type is `plumbline.command.<verb>`, the source `/router`, the subject the record's id. From version 2 on `origin` is
/// the connection where the change was made. Equal commands give equal bytes.
public enum CommandCoding {
    /// The command's bytes.
    ///
    /// - Parameter schema: the version that everybody at work reads; what it has no place for is left out.
    /// - Throws: a fault with the path of what cannot be written.
    public static func encode(
        _ command: SyncCommand, schema: SchemaVersion
    ) throws(CodingFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.key("specversion")
        writer.string("1.0")
        writer.key("id")
        writer.id(command.id)
        writer.key("type")
        writer.joined("plumbline.command", ".", command.verb.rawValue)
        writer.key("source")
        writer.string("/router")
        writer.key("subject")
        writer.id(command.record)
        try Envelope.write(command.changedAt, "time", path: "", to: &writer)
        Envelope.write(command.context, schema: schema, to: &writer)
        if schema.namesOrigin, let origin = command.origin {
            writer.key("origin")
            writer.string(origin.name)
        }
        writer.key("data")
        do throws(CodingFault) {
            try write(data: command, to: &writer)
        } catch {
            throw error.under("/data")
        }
        writer.endObject()
        return writer.finish()
    }

    /// Reads a command.
    ///
    /// - Throws: a fault with path, what was found and what was expected.
    public static func decode(
        _ bytes: [UInt8], schema: SchemaVersion = .current
    ) throws(CodingFault) -> SyncCommand {
        try JSONReader.message(bytes) { reader, note throws(JSONError) in
            var envelope = Envelope()
            var verb: SyncCommand.Verb?
            var hasSource = false
            var data: CommandData?
            var named: [UInt8]?
            try reader.expect(.object, "a CloudEvents message", &note)
            try reader.forEachKey { reader, key throws(JSONError) in
                switch key {
                case "type": verb = try reader.verb(&note)
                case "source":
                    try reader.expect(.string, "a source", &note)
                    hasSource = true
                case "origin": named = try reader.rawValue()
                case "data": data = try reader.commandData(&note)
                default: try envelope.read(key, from: &reader, schema: schema, &note)
                }
            }
            let (id, context) = try envelope.finish(reader, &note)
            guard let verb else { throw reader.missing(&note, "type", expected: "plumbline.command.<verb>") }
            guard hasSource else { throw reader.missing(&note, "source", expected: "who asks") }
            guard let data else { throw reader.missing(&note, "data", expected: "the data of the command") }
            // In version 1 the attribute is a stranger's, whatever it says.
            var origin: ConnectionID?
            if let named, envelope.schema?.namesOrigin == true {
                origin = try JSONReader.late(named, "origin") { reader throws(JSONError) in
                    try reader.connection(&note)
                }
            }
            return SyncCommand(
                id: id, connection: data.connection, entity: data.entity, verb: verb, record: data.record,
                native: data.native, version: data.version, desired: data.desired, effect: data.effect,
                mayCreate: data.mayCreate, priority: data.priority, policyVersion: data.policyVersion,
                changedAt: data.changedAt, origin: origin, context: context)
        }
    }

    private static func write(data command: SyncCommand, to writer: inout JSONWriter) throws(CodingFault) {
        writer.beginObject()
        writer.key("connection")
        writer.string(command.connection.name)
        // Before the fields, which are read by it.
        writer.key("entity")
        writer.string(command.entity.rawValue)
        writer.key("record")
        writer.id(command.record)
        if let native = command.native {
            writer.key("native")
            try writer.native(native, path: "/native")
        }
        writer.key("version")
        writer.int(command.version)
        if let effect = command.effect {
            writer.key("effect")
            writer.id(effect)
        }
        writer.key("may_create")
        writer.bool(command.mayCreate)
        writer.key("priority")
        writer.string(command.priority.word)
        writer.key("policy_version")
        writer.int(command.policyVersion)
        try Envelope.write(command.changedAt, "changed_at", path: "", to: &writer)
        writer.key("desired")
        do throws(CodingFault) {
            try write(desired: command, to: &writer)
        } catch {
            throw error.under("/desired")
        }
        writer.endObject()
    }

    private static func write(desired command: SyncCommand, to writer: inout JSONWriter) throws(CodingFault) {
        let codec = EntityCodec.of(command.entity)
        writer.beginObject()
        for position in try codec.positions(of: command.desired.keys) {
            let field = codec.declaration.fields[position]
            guard let desired = command.desired[field.name] else { continue }
            writer.key(encoded: codec.keys[position])
            writer.beginObject()
            writer.key("value")
            try writer.value(desired.value, of: field)
            if let condition = desired.onlyIf {
                writer.key("only_if")
                try writer.value(condition, of: field)
            }
            writer.endObject()
        }
        writer.endObject()
    }
}

private struct CommandData {
    let connection: ConnectionID
    let entity: EntityKind
    let record: CanonicalID
    let native: NativeReference?
    let version: Int64
    let effect: CanonicalID?
    let mayCreate: Bool
    let priority: SyncCommand.Priority
    let policyVersion: Int64
    let changedAt: Instant
    let desired: [FieldName: SyncCommand.Desired]
}

extension JSONReader {
    /// Reads `plumbline.command.<verb>`.
    fileprivate mutating func verb(_ note: inout FaultNote?) throws(JSONError) -> SyncCommand.Verb {
        let text = try text("plumbline.command.<verb>", &note)
        let prefix = "plumbline.command."
        guard text.hasPrefix(prefix) else {
            throw refuse(&note, .invalidValue, expected: "plumbline.command.<verb>", found: FaultNote.quoted(text))
        }
        guard let verb = SyncCommand.Verb(rawValue: String(text.dropFirst(prefix.utf8.count))) else {
            let words = SyncCommand.Verb.allCases.map(\.rawValue).joined(separator: ", ")
            throw refuse(&note, .unknownWord, expected: "a verb: \(words)", found: FaultNote.quoted(text))
        }
        return verb
    }

    fileprivate mutating func commandData(_ note: inout FaultNote?) throws(JSONError) -> CommandData {
        var connection: ConnectionID?
        var entity: EntityKind?
        var record: CanonicalID?
        var native: NativeReference?
        var version: Int64?
        var effect: CanonicalID?
        var mayCreate = false
        var priority = SyncCommand.Priority.normal
        var policyVersion: Int64?
        var changedAt: Instant?
        var desired: [FieldName: SyncCommand.Desired]?
        var late: [UInt8]?
        try members("the data of a command", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "connection": connection = try reader.connection(&note)
            case "entity": entity = try reader.entity(&note)
            case "record": record = try reader.id("a record's id", &note)
            case "native": native = try reader.native(&note)
            case "version": version = try reader.whole("a record's version", &note)
            case "effect": effect = try reader.id("an effect's id", &note)
            case "may_create": mayCreate = try reader.flag("true or false", &note)
            case "priority": priority = try reader.priority(&note)
            case "policy_version": policyVersion = try reader.whole("a policy version", &note)
            case "changed_at": changedAt = try reader.instant("an instant", &note)
            case "desired":
                if let entity {
                    desired = try reader.desired(of: entity, &note)
                } else {
                    late = try reader.rawValue()
                }
            default: return false
            }
            return true
        }
        guard let connection else { throw missing(&note, "connection", expected: "a connection") }
        guard let entity else { throw missing(&note, "entity", expected: "an entity") }
        guard let record else { throw missing(&note, "record", expected: "a record's id") }
        guard let version else { throw missing(&note, "version", expected: "a record's version") }
        guard let policyVersion else { throw missing(&note, "policy_version", expected: "a policy version") }
        guard let changedAt else { throw missing(&note, "changed_at", expected: "an instant") }
        if let late {
            desired = try Self.late(late, "desired") { reader throws(JSONError) in
                try reader.desired(of: entity, &note)
            }
        }
        guard let desired else { throw missing(&note, "desired", expected: "an object of fields") }
        return CommandData(
            connection: connection, entity: entity, record: record, native: native, version: version, effect: effect,
            mayCreate: mayCreate, priority: priority, policyVersion: policyVersion, changedAt: changedAt,
            desired: desired)
    }

    fileprivate mutating func connection(_ note: inout FaultNote?) throws(JSONError) -> ConnectionID {
        let connection = ConnectionID(try text("a connection", &note))
        guard connection.isValid else {
            throw refuse(
                &note, .invalidValue, expected: "a connection: lower-case letters, digits and hyphens",
                found: FaultNote.quoted(connection.name))
        }
        return connection
    }

    private mutating func priority(_ note: inout FaultNote?) throws(JSONError) -> SyncCommand.Priority {
        let text = try text("a priority", &note)
        guard let priority = SyncCommand.Priority.allCases.first(where: { $0.word == text }) else {
            let words = SyncCommand.Priority.allCases.map(\.word).joined(separator: ", ")
            throw refuse(&note, .unknownWord, expected: "a priority: \(words)", found: FaultNote.quoted(text))
        }
        return priority
    }

    private mutating func desired(
        of entity: EntityKind, _ note: inout FaultNote?
    ) throws(JSONError) -> [FieldName: SyncCommand.Desired] {
        var desired: [FieldName: SyncCommand.Desired] = [:]
        try fields(of: EntityCodec.of(entity), &note) { reader, field, note throws(JSONError) in
            var value: PatchValue?
            var condition: PatchValue?
            try reader.members("a desired value", &note) { reader, key, note throws(JSONError) in
                switch key {
                case "value": value = try reader.patchValue(of: field, &note)
                case "only_if": condition = try reader.patchValue(of: field, &note)
                default: return false
                }
                return true
            }
            guard let value else { throw reader.missing(&note, "value", expected: "a value or null") }
            desired[field.name] = SyncCommand.Desired(value, onlyIf: condition)
        }
        return desired
    }
}

extension SyncCommand.Priority {
    /// The word that stands for it in messages.
    fileprivate var word: String {
        switch self {
        case .urgent: "urgent"
        case .normal: "normal"
        case .background: "background"
        }
    }
}
