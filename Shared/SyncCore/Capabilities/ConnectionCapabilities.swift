public import CanonicalModel

/// What the router knows of a connection: its role and what can be done there, but not whose product it is.
public struct ConnectionCapabilities: Sendable {
    /// The connection.
    public var connection: ConnectionID
    /// The role that it plays.
    public var role: Role
    /// What can be done with each entity there.
    public var entities: [EntityKind: EntityCapability]

    /// Takes the parts.
    public init(connection: ConnectionID, role: Role, entities: [EntityCapability]) {
        self.connection = connection
        self.role = role
        self.entities = Dictionary(entities.map { ($0.entity, $0) }) { first, _ in first }
    }

    /// Whether a command to the connection bears a field: one that can be written, that is needed to make the record, or
    /// that says in which object it lives.
    func bears(_ field: FieldName, of entity: EntityKind) -> Bool {
        guard let capability = entities[entity] else { return false }
        return capability.writes.contains(field) || capability.requiredAtCreate.contains(field)
            || capability.home == field
    }

    /// Whether what a field refers to lives in the record's own object there, and so goes where the record goes: the
    /// main contact of a customer.
    func houses(_ field: FieldName, of entity: EntityKind) -> Bool {
        guard case .reference(let kind) = ModelCatalog.field(field, of: entity)?.type, let guest = entities[kind],
            guest.creates, let home = guest.home, guest.namedBy == nil || guest.namedBy == field
        else { return false }
        return ModelCatalog.field(home, of: kind)?.type == .reference(entity)
    }

    /// Whether a field decides which of several records lives in the record's own object there.
    func seats(_ field: FieldName, of entity: EntityKind) -> Bool {
        guard houses(field, of: entity), case .reference(let kind) = ModelCatalog.field(field, of: entity)?.type
        else { return false }
        return entities[kind]?.namedBy == field
    }
}
