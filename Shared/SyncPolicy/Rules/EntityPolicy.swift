public import CanonicalModel

/// What the policy says of one entity.
public struct EntityPolicy: Hashable, Sendable {
    /// How soon changes must arrive.
    public let syncClass: SyncClass
    /// When records go to the systems of a role; a role that is not named gets every record that has a field for it.
    public let gates: [Role: Gate]
    /// The rules by field; a field that is not named is not synced (R1.9).
    public let fields: [FieldName: FieldRule]
    private let shown: [Role: [FieldName]]

    /// Takes the parts.
    public init(syncClass: SyncClass, gates: [Role: Gate] = [:], fields: [FieldName: FieldRule]) {
        self.syncClass = syncClass
        self.gates = gates
        self.fields = fields
        shown = Dictionary(
            uniqueKeysWithValues: Role.allCases.map { role in
                (role, fields.filter { $0.value.shownIn.contains(role) }.keys.sorted())
            })
    }

    /// When records go to the systems of the role.
    public func gate(_ role: Role) -> Gate {
        if let gate = gates[role] { return gate }
        return (shown[role] ?? []).isEmpty ? .never : .always
    }

    /// The fields that a record shows in the systems of the role, ordered by name; none where no record goes there.
    public func fields(to role: Role) -> [FieldName] {
        gate(role) == .never ? [] : shown[role] ?? []
    }
}
