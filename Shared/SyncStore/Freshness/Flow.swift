public import CanonicalModel
public import SyncCore
public import SyncPolicy

/// A way that changes take: records of an entity, from one connection to another.
public struct Flow: Sendable, Hashable, Comparable {
    /// The kind of record.
    public var entity: EntityKind
    /// Where a change is made.
    public var source: ConnectionID
    /// Where it must be seen.
    public var target: ConnectionID

    /// Takes the parts.
    public init(entity: EntityKind, from source: ConnectionID, to target: ConnectionID) {
        self.entity = entity
        self.source = source
        self.target = target
    }

    /// Orders by entity, source and target.
    public static func < (left: Flow, right: Flow) -> Bool {
        (left.entity, left.source, left.target) < (right.entity, right.source, right.target)
    }

    /// Every flow of a policy between connections, in order.
    ///
    /// There is one where the policy has a field that the source's role may change and the target's role must show, and
    /// where the source's connector reads and the target's connector writes that field.
    public static func all(of policy: SourceOfTruth, between connections: [ConnectionCapabilities]) -> [Flow] {
        let flows = connections.flatMap { source in
            connections.filter { $0.role != source.role }.flatMap { target in
                policy.entities.keys
                    .filter { carries($0, from: source, to: target, policy) }
                    .map { Flow(entity: $0, from: source.connection, to: target.connection) }
            }
        }
        return flows.sorted()
    }

    private static func carries(
        _ entity: EntityKind, from source: ConnectionCapabilities, to target: ConnectionCapabilities,
        _ policy: SourceOfTruth
    ) -> Bool {
        guard let reading = source.entities[entity], let writing = target.entities[entity],
            let fields = policy.entities[entity]?.fields, policy.gate(entity, target.role) != .never
        else { return false }
        return fields.contains { field, rule in
            reading.reads.contains(field) && writing.writes.contains(field) && rule.shownIn.contains(target.role)
                && (rule.owner == source.role || rule.isTwoWay && rule.shownIn.contains(source.role))
        }
    }
}
