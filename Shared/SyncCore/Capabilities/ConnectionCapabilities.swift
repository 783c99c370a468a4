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
}
