public import CanonicalModel
public import SyncCore

/// Writes and reads what a record's row keeps as bytes: JSON, so that a person and SQL can read it too.
///
/// ```json
/// {"by":[{"connection":"sales","role":"crm","at":1764201600000000,"event":"…"}],
///  "fields":{"name":{"v":"Ada","p":0,"b":"Ida","q":0}},"kept":{"name":{"v":"Eda","p":1}},"wanted":["sales"],
///  "archived":[]}
/// ```
/// `v` is the value (null where it was cleared) and `p` its provenance's place in `by`; `b` and `q` are those before.
/// `kept` is there where a field was offered a value that it has not taken.
public enum RecordCoding {
    /// The bytes of the fields and the connections; id, entity and version are columns.
    ///
    /// Equal records give equal bytes.
    public static func encode(_ record: RecordState) throws(CodingFault) -> [UInt8] {
        let table = FieldTable.of(record.entity)
        var provenances = ProvenanceList()
        var fields = JSONWriter(capacity: 1024)
        fields.beginObject()
        var written = 0
        for (field, key) in zip(table.fields, table.keys) {
            guard let state = record.fields[field.name] else { continue }
            written += 1
            fields.key(encoded: key)
            do throws(CodingFault) {
                try write(state, of: field, &provenances, to: &fields)
            } catch {
                throw CodingFault(
                    error.code, path: "/\(record.entity.rawValue)/\(field.name)\(error.path)",
                    expected: error.expected, found: error.found)
            }
        }
        if written < record.fields.count { throw unknown(in: record, table) }
        if !record.unread.isEmpty { write(unreadOf: record, &provenances, to: &fields) }
        fields.endObject()
        var kept = JSONWriter()
        if !record.kept.isEmpty { try write(keptOf: record, table, &provenances, to: &kept) }
        var writer = JSONWriter(capacity: 2048)
        writer.beginObject()
        writer.key("by")
        provenances.write(to: &writer)
        writer.key("fields")
        writer.raw(fields.finish())
        if !record.kept.isEmpty {
            writer.key("kept")
            writer.raw(kept.finish())
        }
        writer.key("wanted")
        write(record.wanted, to: &writer)
        writer.key("archived")
        write(record.archivedIn, to: &writer)
        writer.endObject()
        return writer.finish()
    }

    /// Reads what `encode` has written; a field that this build cannot read is kept in `unread`.
    public static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, id: CanonicalID, entity: EntityKind, version: Int64
    ) throws(JSONError) -> RecordState {
        var body: RecordBody
        do throws(JSONError) {
            body = try RecordBody.read(bytes, of: entity, isTolerant: false)
        } catch {
            // A newer build may have written a word that is not in our list: read again, each value by itself.
            body = try RecordBody.read(bytes, of: entity, isTolerant: true)
        }
        let provenances = body.provenances.entries
        func provenance(_ place: Int?) throws(JSONError) -> Provenance {
            guard let place, provenances.indices.contains(place) else {
                throw JSONError(.invalidValue, at: 0, "a field's provenance is not in the record's list")
            }
            return provenances[place]
        }
        var record = RecordState(
            id: id, entity: entity, version: version, wanted: body.wanted, archivedIn: body.archived)
        record.fields.reserveCapacity(body.fields.count)
        for entry in body.fields {
            let base: FieldState.Base? =
                if let place = entry.baseProvenance {
                    FieldState.Base(value: entry.base, provenance: try provenance(place))
                } else {
                    nil
                }
            record.fields[entry.name] = FieldState(
                value: entry.value, provenance: try provenance(entry.provenance), base: base)
        }
        for entry in body.kept {
            record.kept[entry.name] = FieldState.Base(
                value: entry.value, provenance: try provenance(entry.provenance))
        }
        for entry in body.unread {
            let base: UnreadField.Base? =
                if let place = entry.baseProvenance {
                    UnreadField.Base(value: entry.base ?? null, provenance: try provenance(place))
                } else {
                    nil
                }
            record.unread[entry.name] = UnreadField(
                value: entry.value ?? null, provenance: try provenance(entry.provenance), base: base)
        }
        return record
    }

    private static let null = Array("null".utf8)

    private static func write(
        _ state: FieldState, of field: FieldDeclaration, _ provenances: inout ProvenanceList,
        to writer: inout JSONWriter
    ) throws(CodingFault) {
        writer.beginObject()
        writer.key("v")
        try writer.stored(state.value, of: field)
        writer.key("p")
        writer.int(Int64(provenances.place(of: state.provenance)))
        if let base = state.base {
            writer.key("b")
            try writer.stored(base.value, of: field)
            writer.key("q")
            writer.int(Int64(provenances.place(of: base.provenance)))
        }
        writer.endObject()
    }

    private static func write(
        keptOf record: RecordState, _ table: FieldTable, _ provenances: inout ProvenanceList,
        to writer: inout JSONWriter
    ) throws(CodingFault) {
        writer.beginObject()
        for (field, key) in zip(table.fields, table.keys) {
            guard let kept = record.kept[field.name] else { continue }
            writer.key(encoded: key)
            writer.beginObject()
            writer.key("v")
            try writer.stored(kept.value, of: field)
            writer.key("p")
            writer.int(Int64(provenances.place(of: kept.provenance)))
            writer.endObject()
        }
        writer.endObject()
    }

    private static func write(
        unreadOf record: RecordState, _ provenances: inout ProvenanceList, to writer: inout JSONWriter
    ) {
        for (name, field) in record.unread.sorted(by: { $0.key < $1.key }) {
            // What has been given a new value since then is no longer the newer build's.
            guard record.fields[FieldName(name)] == nil else { continue }
            writer.key(dynamic: name)
            writer.beginObject()
            writer.key("v")
            writer.raw(field.value)
            writer.key("p")
            writer.int(Int64(provenances.place(of: field.provenance)))
            if let base = field.base {
                writer.key("b")
                writer.raw(base.value)
                writer.key("q")
                writer.int(Int64(provenances.place(of: base.provenance)))
            }
            writer.endObject()
        }
    }

    private static func write(_ connections: Set<ConnectionID>, to writer: inout JSONWriter) {
        writer.beginArray()
        for connection in connections.sorted() { writer.string(connection.name) }
        writer.endArray()
    }

    private static func unknown(in record: RecordState, _ table: FieldTable) -> CodingFault {
        let known = Set(table.fields.map(\.name))
        let name = record.fields.keys.filter { !known.contains($0) }.min()?.name ?? ""
        return CodingFault(
            .unknownField, path: "/\(record.entity.rawValue)/\(name)",
            expected: "a field of \(record.entity.rawValue)", found: "'\(name.prefix(64))'")
    }
}
