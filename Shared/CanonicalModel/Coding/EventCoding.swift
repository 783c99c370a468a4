/// Writes and reads a `CanonicalEvent` as a CloudEvents 1.0 message in JSON.
///
/// The type is `plumbline.<entity>.<change>`, the source `/connections/<id>`, the subject the vendor's object; `data` has
/// what the router decides from. Equal events give equal bytes.
public enum EventCoding {
    /// The event's bytes.
    ///
    /// - Parameter schema: the version that everybody at work reads.
    /// - Throws: a fault with the path of what cannot be written: a field that the entity does not have, a value that is
    ///   not of its field's type, a moment beyond the year 9999, an empty native id.
    public static func encode(
        _ event: CanonicalEvent, schema: SchemaVersion
    ) throws(CodingFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.key("specversion")
        writer.string("1.0")
        writer.key("id")
        writer.id(event.id)
        writer.key("type")
        writer.raw(EntityCodec.of(event.entity).eventTypes[event.change] ?? [])
        writer.key("source")
        writer.joined("", "/connections/", event.connection.name)
        writer.key("subject")
        writer.joined(event.native.type, "/", event.native.id)
        try Envelope.write(event.changedAt, "time", path: "", to: &writer)
        Envelope.write(event.context, schema: schema, to: &writer)
        writer.key("data")
        do throws(CodingFault) {
            try write(data: event, to: &writer)
        } catch {
            throw error.under("/data")
        }
        writer.endObject()
        return writer.finish()
    }

    /// Reads an event.
    ///
    /// - Throws: a fault with path, what was found and what was expected.
    public static func decode(
        _ bytes: [UInt8], schema: SchemaVersion = .current
    ) throws(CodingFault) -> CanonicalEvent {
        try JSONReader.message(bytes) { reader, note throws(JSONError) in try reader.event(schema, &note) }
    }

    private static func write(data event: CanonicalEvent, to writer: inout JSONWriter) throws(CodingFault) {
        writer.beginObject()
        writer.key("role")
        writer.string(event.role.rawValue)
        writer.key("native")
        try writer.native(event.native, path: "/native")
        if let id = event.externalID {
            writer.key("external_id")
            writer.id(id)
        }
        try Envelope.write(event.changedAt, "changed_at", path: "", to: &writer)
        try Envelope.write(event.observedAt, "observed_at", path: "", to: &writer)
        if let actor = event.actor {
            writer.key("actor")
            writer.string(actor)
        }
        if let survivor = event.mergedInto {
            writer.key("merged_into")
            try writer.native(survivor, path: "/merged_into")
        }
        if event.isRestatement {
            writer.key("restated")
            writer.raw(Array("true".utf8))
        }
        writer.key("fields")
        do throws(CodingFault) {
            try PatchCoding.write(event.fields, of: event.entity, to: &writer)
        } catch {
            throw error.under("/fields")
        }
        writer.endObject()
    }
}

/// What an event's type attribute says.
private struct EventType {
    let codec: EntityCodec
    let change: ChangeKind

    var entity: EntityKind { codec.declaration.kind }
}

extension ChangeKind {
    fileprivate init?(utf8 text: borrowing Span<UInt8>) {
        switch text {
        case "created": self = .created
        case "updated": self = .updated
        case "archived": self = .archived
        case "merged": self = .merged
        default: return nil
        }
    }
}

private struct EventData {
    let role: Role
    let native: NativeReference
    let externalID: CanonicalID?
    let changedAt: Instant
    let observedAt: Instant
    let actor: String?
    let mergedInto: NativeReference?
    let isRestatement: Bool
    let fields: Patch
}

extension JSONReader {
    fileprivate mutating func event(
        _ schema: SchemaVersion, _ note: inout FaultNote?
    ) throws(JSONError) -> CanonicalEvent {
        var envelope = Envelope()
        var type: EventType?
        var connection: ConnectionID?
        var data: EventData?
        var late: [UInt8]?
        try expect(.object, "a CloudEvents message", &note)
        try forEachKey { reader, key throws(JSONError) in
            switch key {
            case "type": type = try reader.eventType(&note)
            case "source": connection = try reader.source(&note)
            case "data":
                if let type {
                    data = try reader.eventData(of: type.codec, &note)
                } else {
                    late = try reader.rawValue()
                }
            default: try envelope.read(key, from: &reader, schema: schema, &note)
            }
        }
        let (id, context) = try envelope.finish(self, &note)
        guard let type else { throw missing(&note, "type", expected: "plumbline.<entity>.<change>") }
        guard let connection else { throw missing(&note, "source", expected: "/connections/<id>") }
        if let late {
            data = try Self.late(late, "data") { reader throws(JSONError) in
                try reader.eventData(of: type.codec, &note)
            }
        }
        guard let data else { throw missing(&note, "data", expected: "the data of the event") }
        return CanonicalEvent(
            id: id, entity: type.entity, change: type.change, connection: connection, role: data.role,
            native: data.native, externalID: data.externalID, fields: data.fields, mergedInto: data.mergedInto,
            isRestatement: data.isRestatement, changedAt: data.changedAt, observedAt: data.observedAt,
            actor: data.actor, context: context)
    }

    /// Reads `plumbline.<entity>.<change>`.
    private mutating func eventType(_ note: inout FaultNote?) throws(JSONError) -> EventType {
        try expect(.string, "plumbline.<entity>.<change>", &note)
        var found = ""
        let (entity, change, isForm) = try withText { text throws(JSONError) in
            guard text.count > 10, "plumbline." ~= text.extracting(..<10),
                let dot = (10..<text.count).first(where: { text[$0] == UInt8(ascii: ".") })
            else {
                found = FaultNote.quoted(String(text))
                return (EntityCodec?.none, ChangeKind?.none, false)
            }
            let entity = EntityCodec.named(text.extracting(10..<dot))
            let change = ChangeKind(utf8: text.extracting((dot + 1)...))
            if entity == nil || change == nil { found = FaultNote.quoted(String(text)) }
            return (entity, change, true)
        }
        guard isForm else {
            throw refuse(&note, .invalidValue, expected: "plumbline.<entity>.<change>", found: found)
        }
        guard let entity else {
            throw refuse(&note, .unknownEntity, expected: "an entity of the model", found: found)
        }
        guard let change else {
            let words = ChangeKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw refuse(&note, .unknownWord, expected: "a change: \(words)", found: found)
        }
        return EventType(codec: entity, change: change)
    }

    private mutating func source(_ note: inout FaultNote?) throws(JSONError) -> ConnectionID {
        try expect(.string, "/connections/<id>", &note)
        var found = ""
        let connection = try withText { text throws(JSONError) -> ConnectionID? in
            if text.count > 13, "/connections/" ~= text.extracting(..<13) {
                let connection = ConnectionID(String(text.extracting(13...)))
                if connection.isValid { return connection }
            }
            found = FaultNote.quoted(String(text))
            return nil
        }
        guard let connection else {
            throw refuse(&note, .invalidValue, expected: "/connections/<id>", found: found)
        }
        return connection
    }

    private mutating func eventData(
        of codec: EntityCodec, _ note: inout FaultNote?
    ) throws(JSONError) -> EventData {
        var role: Role?
        var native: NativeReference?
        var externalID: CanonicalID?
        var changedAt: Instant?
        var observedAt: Instant?
        var actor: String?
        var mergedInto: NativeReference?
        var isRestatement = false
        var fields: Patch?
        try members("the data of an event", &note) { reader, key, note throws(JSONError) in
            switch key {
            case "role": role = try reader.role(&note)
            case "native": native = try reader.native(&note)
            case "external_id": externalID = try reader.id("our id", &note)
            case "changed_at": changedAt = try reader.instant("an instant", &note)
            case "observed_at": observedAt = try reader.instant("an instant", &note)
            case "actor": actor = try reader.text("a text", &note)
            case "merged_into": mergedInto = try reader.native(&note)
            case "restated": isRestatement = try reader.flag("true or false", &note)
            case "fields": fields = try reader.patch(of: codec, &note)
            default: return false
            }
            return true
        }
        guard let role else { throw missing(&note, "role", expected: "a role") }
        guard let native else { throw missing(&note, "native", expected: "the vendor's object") }
        guard let changedAt else { throw missing(&note, "changed_at", expected: "an instant") }
        guard let observedAt else { throw missing(&note, "observed_at", expected: "an instant") }
        guard let fields else { throw missing(&note, "fields", expected: "an object of fields") }
        return EventData(
            role: role, native: native, externalID: externalID, changedAt: changedAt, observedAt: observedAt,
            actor: actor, mergedInto: mergedInto, isRestatement: isRestatement, fields: fields)
    }
}

extension JSONReader {
    private mutating func role(_ note: inout FaultNote?) throws(JSONError) -> Role {
        try expect(.string, "a role", &note)
        let start = position
        let role = try withText { text throws(JSONError) -> Role? in
            switch text {
            case "crm": .crm
            case "fsm": .fsm
            case "ledger": .ledger
            default: nil
            }
        }
        if let role { return role }
        position = start
        return try word("a role", &note)
    }
}

extension JSONWriter {
    mutating func native(_ object: NativeReference, path: String) throws(CodingFault) {
        guard object.isValid else {
            throw CodingFault(
                .invalidValue, path: path, expected: "a vendor's type and id",
                found: "one that is \(NativeReference.fault)")
        }
        beginObject()
        key("type")
        string(object.type)
        key("id")
        string(object.id)
        endObject()
    }
}
