/// Writes and reads a patch: fields by name, where null clears, a value sets and what is absent stays.
///
/// Fields are written in the order of the entity's declaration, so that equal patches give equal bytes.
public enum PatchCoding {
    /// The patch alone as JSON bytes.
    ///
    /// - Throws: a fault for a field that the entity does not have and for a value that is not of the field's type.
    public static func encode(_ patch: Patch, of entity: EntityKind) throws(CodingFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        try write(patch, of: entity, to: &writer)
        return writer.finish()
    }

    /// Reads what `encode` has written.
    public static func decode(_ bytes: [UInt8], of entity: EntityKind) throws(CodingFault) -> Patch {
        try JSONReader.message(bytes) { reader, note throws(JSONError) in
            try reader.patch(of: EntityCodec.of(entity), &note)
        }
    }

    /// Writes the patch as one value of a larger document.
    public static func write(
        _ patch: Patch, of entity: EntityKind, to writer: inout JSONWriter
    ) throws(CodingFault) {
        let codec = EntityCodec.of(entity)
        writer.beginObject()
        for position in try codec.positions(of: patch.keys) {
            let field = codec.declaration.fields[position]
            writer.key(encoded: codec.keys[position])
            try writer.value(patch[field.name] ?? .clear, of: field)
        }
        writer.endObject()
    }

    /// Reads a patch as one value of a larger document.
    public static func read(of entity: EntityKind, from reader: inout JSONReader) throws(JSONError) -> Patch {
        var note: FaultNote?
        return try reader.patch(of: EntityCodec.of(entity), &note)
    }
}

extension JSONWriter {
    /// Writes what a patch says of a field.
    mutating func value(_ value: PatchValue, of field: FieldDeclaration) throws(CodingFault) {
        switch value {
        case .clear: null()
        case .set(let value):
            do throws(CodingFault) {
                try FieldCoding.write(value, as: field.type, to: &self)
            } catch {
                throw error.under("/\(field.name)")
            }
        }
    }
}

extension JSONReader {
    mutating func patch(of codec: EntityCodec, _ note: inout FaultNote?) throws(JSONError) -> Patch {
        var patch = Patch(minimumCapacity: 8)
        try fields(of: codec, &note) { reader, field, note throws(JSONError) in
            patch[field.name] = try reader.patchValue(of: field, &note)
        }
        return patch
    }

    mutating func patchValue(
        of field: FieldDeclaration, _ note: inout FaultNote?
    ) throws(JSONError) -> PatchValue {
        try readNull() ? .clear : .set(try self.field(field.type, &note))
    }

    /// Reads an object whose members are named as the entity's fields.
    mutating func fields(
        of codec: EntityCodec, _ note: inout FaultNote?,
        _ body: (inout JSONReader, FieldDeclaration, inout FaultNote?) throws(JSONError) -> Void
    ) throws(JSONError) {
        try expect(.object, "an object of fields", &note)
        try forEachKey { reader, key throws(JSONError) in
            guard let position = codec.fields.index(of: key) else {
                reader.standAtValue()
                throw reader.refuse(
                    &note, .unknownField, expected: "a field of \(codec.declaration.kind.rawValue)",
                    found: FaultNote.quoted(String(key)))
            }
            try body(&reader, codec.declaration.fields[position], &note)
        }
    }
}
