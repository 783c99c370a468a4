public import CanonicalModel
public import SyncCore

/// Writes and reads what a shadow's row keeps as bytes: the fields, our id and whether the object is archived.
///
/// The version that a conditional write must name and the time of reading are columns.
public enum ShadowCoding {
    /// The bytes; equal shadows give equal bytes.
    public static func encode(_ shadow: Shadow, of entity: EntityKind) throws(CodingFault) -> [UInt8] {
        let table = FieldTable.of(entity)
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        if let id = shadow.externalID {
            writer.key("external_id")
            writer.stored(id)
        }
        if shadow.isArchived {
            writer.key("archived")
            writer.bool(true)
        }
        writer.key("fields")
        writer.beginObject()
        var written = 0
        for (field, key) in zip(table.fields, table.keys) {
            guard let value = shadow.fields[field.name] else { continue }
            written += 1
            writer.key(encoded: key)
            try writer.stored(value.value, of: field)
        }
        guard written == shadow.fields.count else {
            throw CodingFault(
                .unknownField, path: "/fields", expected: "fields of \(entity.rawValue)", found: "others")
        }
        for (name, value) in shadow.unread.sorted(by: { $0.key < $1.key }) where shadow.fields[FieldName(name)] == nil {
            writer.key(dynamic: name)
            writer.raw(value)
        }
        writer.endObject()
        writer.endObject()
        return writer.finish()
    }

    /// Reads what `encode` has written; a field that this build cannot read is kept in `unread`.
    public static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, of entity: EntityKind, versionToken: String?, readAt: Instant
    ) throws(JSONError) -> Shadow {
        var shadow = Shadow(versionToken: versionToken, readAt: readAt)
        do throws(JSONError) {
            try read(bytes, into: &shadow, of: entity, isTolerant: false)
        } catch {
            // A newer build may have written a word that is not in our list: read again, each value by itself.
            shadow = Shadow(versionToken: versionToken, readAt: readAt)
            try read(bytes, into: &shadow, of: entity, isTolerant: true)
        }
        return shadow
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, into shadow: inout Shadow, of entity: EntityKind, isTolerant: Bool
    ) throws(JSONError) {
        let table = FieldTable.of(entity)
        try JSONReader.read(bytes) { reader throws(JSONError) in
            try reader.forEachKey { reader, key throws(JSONError) in
                switch key {
                case "external_id": shadow.externalID = try reader.storedID()
                case "archived": shadow.isArchived = try reader.bool()
                case "fields":
                    try reader.forEachKey { reader, key throws(JSONError) in
                        guard let field = table.field(key) else {
                            shadow.unread[String(key)] = try reader.rawValue()
                            return
                        }
                        if isTolerant {
                            try readTolerantly(field, into: &shadow, from: &reader)
                        } else {
                            shadow.fields[field.name] = try reader.stored(of: field).map(PatchValue.set) ?? .clear
                        }
                    }
                default: break
                }
            }
        }
    }

    private static func readTolerantly(
        _ field: FieldDeclaration, into shadow: inout Shadow, from reader: inout JSONReader
    ) throws(JSONError) {
        let raw = try reader.rawValue()
        do throws(JSONError) {
            let value = try JSONReader.read(raw) { reader throws(JSONError) in try reader.stored(of: field) }
            shadow.fields[field.name] = value.map(PatchValue.set) ?? .clear
        } catch {
            shadow.unread[field.name.name] = raw
        }
    }
}
