/// Declares one field, once: codec, data dictionary, JSON Schema and the checks of the policy file all read it.
public struct FieldDeclaration: Sendable {
    /// The field's name.
    public let name: FieldName
    /// The type of its value.
    public let type: FieldType
    /// The unit of its value, where the type leaves it open (`seconds`, `percent`).
    public let unit: String?
    /// How its value is treated in listings.
    public let pii: PIIClass
    /// Whether a record cannot be created in a system before what the field refers to is there.
    public let isRequiredAtCreate: Bool
    /// Whether the value is computed by the router from other records, so that no system owns it.
    public let isDerived: Bool
    /// What the field means, in a sentence.
    public let text: String

    /// Declares a field.
    public init(
        _ name: FieldName, _ type: FieldType, _ text: String, pii: PIIClass = .none, unit: String? = nil,
        requiredAtCreate: Bool = false, derived: Bool = false
    ) {
        self.name = name
        self.type = type
        self.unit = unit
        self.pii = pii
        isRequiredAtCreate = requiredAtCreate
        isDerived = derived
        self.text = text
    }
}
