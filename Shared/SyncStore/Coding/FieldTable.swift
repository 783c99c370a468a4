import CanonicalModel

/// The fields of an entity as rows of the database name them, made once from the declaration.
struct FieldTable: Sendable {
    let fields: [FieldDeclaration]
    /// The names as JSON keys, with quotes and colon.
    let keys: [[UInt8]]
    private let positions: JSONKeyTable

    private init(_ declaration: EntityDeclaration) {
        fields = declaration.fields
        keys = fields.map { JSONWriter.encodedKey($0.name.name) }
        positions = JSONKeyTable(fields.map(\.name.name))
    }

    private static let all = Dictionary(
        uniqueKeysWithValues: ModelCatalog.entities.map { ($0.kind, FieldTable($0)) })

    static func of(_ kind: EntityKind) -> FieldTable {
        // Every kind is in the catalogue.
        all[kind] ?? FieldTable(ModelCatalog.declaration(of: kind))
    }

    /// The field that a key names; nil for one that this build does not know.
    func field(_ key: borrowing JSONKey) -> FieldDeclaration? {
        positions.index(of: key).map { fields[$0] }
    }
}

extension JSONWriter {
    /// Writes a value, or null.
    mutating func stored(_ value: FieldValue?, of field: FieldDeclaration) throws(CodingFault) {
        if let value {
            try FieldCoding.write(value, as: field.type, to: &self)
        } else {
            null()
        }
    }

    /// Writes an id as text.
    mutating func stored(_ id: CanonicalID) {
        id.text.withUnsafeBufferPointer { string(utf8: $0) }
    }
}

extension JSONReader {
    /// Reads a value, or null.
    mutating func stored(of field: FieldDeclaration) throws(JSONError) -> FieldValue? {
        try readNull() ? nil : try FieldCoding.read(field.type, from: &self)
    }

    /// Reads an id as text.
    mutating func storedID() throws(JSONError) -> CanonicalID {
        guard let id = CanonicalID(try string()) else { throw invalid("expected an id") }
        return id
    }
}
