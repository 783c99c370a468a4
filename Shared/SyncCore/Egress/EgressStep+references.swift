public import CanonicalModel

extension EgressStep {
    /// A record that a desired value refers to and that is not at the connection.
    public struct MissingParent: Hashable, Sendable {
        /// The record.
        public var record: CanonicalID
        /// Its kind.
        public var entity: EntityKind
    }

    /// Replaces references by the connection's own; what is not there yet is left out and named.
    ///
    /// - Parameters:
    ///   - native: the object that a record is at the connection, seen as an entity.
    ///   - has: whether the connection has such an entity at all; a reference to one that it has not is left out for good.
    public static func resolve(
        _ command: SyncCommand, native: (CanonicalID, EntityKind) -> NativeReference?, has: (EntityKind) -> Bool
    ) -> (desired: [FieldName: SyncCommand.Desired], missing: [FieldName: [MissingParent]]) {
        var desired: [FieldName: SyncCommand.Desired] = [:]
        var missing: [FieldName: [MissingParent]] = [:]
        for (field, wanted) in command.desired {
            guard case .set(let value) = wanted.value else {
                desired[field] = wanted
                continue
            }
            var absent: [MissingParent] = []
            let entity = ModelCatalog.field(field, of: command.entity)?.type.referencedEntity ?? .item
            let resolved = value.mapReferences { reference in
                guard let id = reference.canonicalID else { return reference }
                if let object = native(id, entity) { return .native(object, entity) }
                absent.append(MissingParent(record: id, entity: entity))
                return reference
            }
            if absent.isEmpty {
                desired[field] = SyncCommand.Desired(.set(resolved), onlyIf: wanted.onlyIf)
            } else if has(entity) {
                missing[field] = absent
            }
        }
        return (desired, missing)
    }
}

extension EntityCapability {
    /// Whether a record of the entity cannot be created there without the field.
    public func requires(_ field: FieldName) -> Bool {
        requiredAtCreate.contains(field)
            || ModelCatalog.field(field, of: entity)?.isRequiredAtCreate == true && writes.contains(field)
    }
}

extension FieldType {
    /// The kind of record that a field of the type refers to.
    public var referencedEntity: EntityKind? {
        switch self {
        case .reference(let kind), .references(let kind): kind
        default: nil
        }
    }
}
