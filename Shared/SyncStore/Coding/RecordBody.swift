import CanonicalModel
import SyncCore

/// A record's bytes while they are read: provenances are still places in the list.
struct RecordBody {
    struct Entry<Name, Value> {
        var name: Name
        var value: Value?
        var provenance: Int?
        var base: Value?
        var baseProvenance: Int?
    }

    var provenances = ProvenanceList()
    var fields: [Entry<FieldName, FieldValue>] = []
    /// Values that fields have not taken; one that this build cannot read is not missed.
    var kept: [Entry<FieldName, FieldValue>] = []
    var unread: [Entry<String, [UInt8]>] = []
    var wanted: Set<ConnectionID> = []
    var archived: Set<ConnectionID> = []

    /// Reads the bytes.
    ///
    /// - Parameter isTolerant: whether a value that cannot be read makes its field unread, rather than the record; it
    ///   takes twice the time.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, of entity: EntityKind, isTolerant: Bool
    ) throws(JSONError) -> RecordBody {
        let table = FieldTable.of(entity)
        return try JSONReader.read(bytes) { reader throws(JSONError) in
            var body = RecordBody()
            body.fields.reserveCapacity(16)
            try reader.forEachKey { reader, key throws(JSONError) in
                switch key {
                case "by": body.provenances = try ProvenanceList.read(from: &reader)
                case "fields":
                    try reader.forEachKey { reader, key throws(JSONError) in
                        guard let field = table.field(key) else {
                            body.unread.append(try raw(String(key), from: &reader))
                            return
                        }
                        if isTolerant {
                            body.add(try raw(field.name.name, from: &reader), of: field)
                        } else {
                            body.fields.append(try entry(field, from: &reader))
                        }
                    }
                case "kept":
                    try reader.forEachKey { reader, key throws(JSONError) in
                        let field = table.field(key)
                        let raw = try raw(String(key), from: &reader)
                        if let field { body.keep(raw, of: field) }
                    }
                case "wanted": body.wanted = try connections(from: &reader)
                case "archived": body.archived = try connections(from: &reader)
                default: break
                }
            }
            return body
        }
    }

    private mutating func add(_ raw: Entry<String, [UInt8]>, of field: FieldDeclaration) {
        do throws(JSONError) {
            var entry = Entry<FieldName, FieldValue>(
                name: field.name, provenance: raw.provenance, baseProvenance: raw.baseProvenance)
            entry.value = try Self.value(raw.value, of: field)
            entry.base = try Self.value(raw.base, of: field)
            fields.append(entry)
        } catch {
            unread.append(raw)
        }
    }

    private mutating func keep(_ raw: Entry<String, [UInt8]>, of field: FieldDeclaration) {
        do throws(JSONError) {
            let value = try Self.value(raw.value, of: field)
            kept.append(Entry(name: field.name, value: value, provenance: raw.provenance))
        } catch {
            // A word of a newer build: no more than the sign of a conflict is lost.
        }
    }

    private static func value(_ bytes: [UInt8]?, of field: FieldDeclaration) throws(JSONError) -> FieldValue? {
        guard let bytes else { return nil }
        return try JSONReader.read(bytes) { reader throws(JSONError) in try reader.stored(of: field) }
    }

    private static func entry(
        _ field: FieldDeclaration, from reader: inout JSONReader
    ) throws(JSONError) -> Entry<FieldName, FieldValue> {
        var entry = Entry<FieldName, FieldValue>(name: field.name)
        try reader.forEachKey { reader, key throws(JSONError) in
            switch key {
            case "v": entry.value = try reader.stored(of: field)
            case "p": entry.provenance = Int(clamping: try reader.int64())
            case "b": entry.base = try reader.stored(of: field)
            case "q": entry.baseProvenance = Int(clamping: try reader.int64())
            default: break
            }
        }
        return entry
    }

    private static func raw(
        _ name: String, from reader: inout JSONReader
    ) throws(JSONError) -> Entry<String, [UInt8]> {
        var entry = Entry<String, [UInt8]>(name: name)
        try reader.forEachKey { reader, key throws(JSONError) in
            switch key {
            case "v": entry.value = try reader.rawValue()
            case "p": entry.provenance = Int(clamping: try reader.int64())
            case "b": entry.base = try reader.rawValue()
            case "q": entry.baseProvenance = Int(clamping: try reader.int64())
            default: break
            }
        }
        return entry
    }

    private static func connections(from reader: inout JSONReader) throws(JSONError) -> Set<ConnectionID> {
        var connections: Set<ConnectionID> = []
        try reader.forEachElement { reader throws(JSONError) in
            connections.insert(ConnectionID(try reader.string()))
        }
        return connections
    }
}
