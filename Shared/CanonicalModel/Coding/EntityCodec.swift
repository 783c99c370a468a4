/// What reading and writing of an entity needs at hand, made once from its declaration.
///
/// A class, since it is handed around for every message and never copied.
final class EntityCodec: Sendable {
    let declaration: EntityDeclaration
    let fields: JSONKeyTable
    /// The fields' names as JSON keys, with quotes and colon.
    let keys: [[UInt8]]
    /// The type attribute of an event of each kind of change, as JSON strings.
    let eventTypes: [ChangeKind: [UInt8]]

    init(_ declaration: EntityDeclaration) {
        self.declaration = declaration
        fields = JSONKeyTable(declaration.fields.map(\.name.name))
        keys = declaration.fields.map { JSONWriter.encodedKey($0.name.name) }
        eventTypes = Dictionary(
            uniqueKeysWithValues: ChangeKind.allCases.map { change in
                (change, Array("\"plumbline.\(declaration.kind.rawValue).\(change.rawValue)\"".utf8))
            })
    }

    private static let all = ModelCatalog.entities.map(EntityCodec.init)
    private static let names = JSONKeyTable(ModelCatalog.entities.map(\.kind.rawValue))
    private static let positions = Dictionary(
        uniqueKeysWithValues: ModelCatalog.entities.enumerated().map { ($1.kind, $0) })

    static func of(_ kind: EntityKind) -> EntityCodec {
        // Every kind is in the catalogue.
        positions[kind].map { all[$0] } ?? EntityCodec(ModelCatalog.declaration(of: kind))
    }

    static func named(_ name: borrowing Span<UInt8>) -> EntityCodec? {
        names.index(of: name).map { all[$0] }
    }

    /// The fields that `names` names, in the order of the declaration.
    func positions(of names: some Collection<FieldName>) throws(CodingFault) -> [Int] {
        var positions: [Int] = []
        positions.reserveCapacity(names.count)
        for field in names {
            guard let position = fields.index(of: field.name.utf8.span) else {
                throw CodingFault(
                    .unknownField, path: "/\(field.name)", expected: "a field of \(declaration.kind.rawValue)",
                    found: FaultNote.quoted(field.name))
            }
            positions.append(position)
        }
        positions.sort()
        return positions
    }
}

extension JSONReader {
    /// Reads the name of an entity.
    mutating func entity(_ note: inout FaultNote?) throws(JSONError) -> EntityKind {
        try expect(.string, "an entity", &note)
        let start = position
        let kind = try withText { text throws(JSONError) in EntityCodec.named(text)?.declaration.kind }
        if let kind { return kind }
        let found = FaultNote.quoted(
            String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self))
        throw refuse(&note, .unknownEntity, expected: "an entity of the model", found: found)
    }
}
