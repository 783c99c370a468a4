/// Declares an entity with all its fields.
public struct EntityDeclaration: Sendable {
    /// The kind that is declared.
    public let kind: EntityKind
    /// What a record of the kind stands for.
    public let text: String
    /// The fields, in the order of listings.
    public let fields: [FieldDeclaration]
    private let byName: [FieldName: FieldDeclaration]

    /// Declares an entity.
    ///
    /// - Precondition: no two fields share a name.
    public init(_ kind: EntityKind, _ text: String, fields: [FieldDeclaration]) {
        self.kind = kind
        self.text = text
        self.fields = fields
        byName = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0) })
    }

    /// The declaration of a field; nil where the entity has none of that name.
    public subscript(_ name: FieldName) -> FieldDeclaration? { byName[name] }
}
