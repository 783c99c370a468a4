internal import CanonicalModel
internal import SyncCore

/// What is to be done with a piece of work: pure.
struct EgressPlan {
    /// The next step.
    enum Step {
        /// Nothing is to be sent: the result says what becomes of the work.
        case finish(WorkResult)
        /// This is to be sent.
        case send(OutboundWrite, deferred: [WorkResult.PlaceKey])
    }

    let descriptor: ConnectorDescriptor
    let connection: ConnectionID
    /// Where records are at the connection.
    let places: [CanonicalID: [PlacedRecord]]

    func step(for claim: WorkClaim) -> Step {
        guard let capability = descriptor.capability(for: claim.command.entity) else {
            return .finish(WorkResult(claim, .done(note: "the connection has no \(claim.command.entity.rawValue)")))
        }
        let (desired, missing) = resolve(claim.command)
        let required = missing.filter { isRequired($0.key, of: claim.command.entity, capability) }
        if claim.native == nil, !required.isEmpty {
            let parents = required.values.flatMap { $0 }.sorted { $0.record < $1.record }
            let names = required.keys.sorted().map(\.name).joined(separator: ", ")
            return .finish(WorkResult(claim, .waits(for: parents, cause: "\(names) is not at \(connection) yet")))
        }
        guard let native = claim.native else { return create(claim, capability, desired: desired, missing: missing) }
        return write(claim, capability, native: native, desired: desired, missing: missing)
    }

    private func create(
        _ claim: WorkClaim, _ capability: EntityCapability, desired: [FieldName: SyncCommand.Desired],
        missing: [FieldName: [WorkResult.PlaceKey]]
    ) -> Step {
        if let parent = parentObject(of: claim, capability) {
            var result = WorkResult(claim, .goesOn)
            result.link = parent
            return .finish(result)
        }
        if case .embedded(let field) = capability.placement {
            return .finish(WorkResult(claim, .done(note: "there is no \(field) that it could be shown at")))
        }
        guard claim.command.mayCreate, capability.creates else {
            return .finish(WorkResult(claim, .done(note: "it is not created at \(connection)")))
        }
        return write(claim, capability, native: nil, desired: desired, missing: missing)
    }

    private func write(
        _ claim: WorkClaim, _ capability: EntityCapability, native: NativeReference?,
        desired: [FieldName: SyncCommand.Desired], missing: [FieldName: [WorkResult.PlaceKey]]
    ) -> Step {
        let difference = EgressStep.difference(
            record: claim.command.record, desired: desired, shadow: native == nil ? nil : claim.shadow,
            capability: capability, held: claim.held)
        let deferred = missing.values.flatMap { $0 }
        if native != nil, difference.isEmpty {
            var result = WorkResult(claim, .done(note: nil))
            result.deferred = deferred
            return .finish(result)
        }
        return .send(
            OutboundWrite(
                record: claim.command.record, entity: claim.command.entity, native: native,
                changes: difference.changes, desired: desired.mapValues(\.value), shadow: claim.shadow?.fields ?? [:],
                needsExternalID: difference.needsExternalID, versionToken: claim.shadow?.versionToken,
                creationKey: creationKey(claim)), deferred: deferred)
    }

    /// The object that an embedded record lives in.
    private func parentObject(of claim: WorkClaim, _ capability: EntityCapability) -> NativeReference? {
        let (field, mayBeTaken): (FieldName, Bool)
        switch capability.placement {
        case .own: return nil
        case .embedded(let parent): (field, mayBeTaken) = (parent, false)
        case .embeddedIfFree(let parent): (field, mayBeTaken) = (parent, true)
        }
        guard case .set(.reference(.canonical(let parent))) = claim.command.desired[field]?.value,
            case .reference(let entity) = ModelCatalog.field(field, of: claim.command.entity)?.type,
            let place = places[parent]?.first(where: { $0.entity == entity })
        else { return nil }
        return mayBeTaken && claim.takenPlaces.contains(place.native) ? nil : place.native
    }

    /// Replaces references by the connection's own; what is not there yet is left out and named.
    private func resolve(
        _ command: SyncCommand
    ) -> (desired: [FieldName: SyncCommand.Desired], missing: [FieldName: [WorkResult.PlaceKey]]) {
        var desired: [FieldName: SyncCommand.Desired] = [:]
        var missing: [FieldName: [WorkResult.PlaceKey]] = [:]
        for (field, wanted) in command.desired {
            guard case .set(let value) = wanted.value else {
                desired[field] = wanted
                continue
            }
            var absent: [WorkResult.PlaceKey] = []
            let entity = ModelCatalog.field(field, of: command.entity)?.type.referencedEntity ?? .item
            let native = value.mapReferences { reference in
                guard let id = reference.canonicalID else { return reference }
                if let place = places[id]?.first(where: { $0.entity == entity }) {
                    return .native(place.native, entity)
                }
                absent.append(WorkResult.PlaceKey(record: id, entity: entity))
                return reference
            }
            if absent.isEmpty {
                desired[field] = SyncCommand.Desired(.set(native), onlyIf: wanted.onlyIf)
            } else if descriptor.capability(for: entity) != nil {
                missing[field] = absent
            }
        }
        return (desired, missing)
    }

    private func isRequired(_ field: FieldName, of entity: EntityKind, _ capability: EntityCapability) -> Bool {
        capability.requiredAtCreate.contains(field)
            || ModelCatalog.field(field, of: entity)?.isRequiredAtCreate == true && capability.writes.contains(field)
    }

    /// (connection, record, effect, ordinal): stable over restarts and versions, at most 50 characters.
    private func creationKey(_ claim: WorkClaim) -> String {
        "\(claim.command.record)-\(claim.ordinal)"
    }
}

extension FieldType {
    /// The kind of record that a field of the type refers to.
    var referencedEntity: EntityKind? {
        switch self {
        case .reference(let kind), .references(let kind): kind
        default: nil
        }
    }
}

extension WorkResult {
    init(_ claim: WorkClaim, _ ending: Ending) {
        self.claim = claim
        self.ending = ending
    }
}
