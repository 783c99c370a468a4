internal import CanonicalModel
internal import SyncCore
internal import SyncStore

/// What is to be done with a piece of work: pure.
struct EgressPlan {
    /// The next step.
    enum Step {
        /// Nothing is to be sent: the result says what becomes of the work.
        case finish(EgressResult)
        /// This is to be sent.
        case send(OutboundWrite, deferred: [Place])
    }

    let descriptor: ConnectorDescriptor
    let connection: ConnectionID
    /// Where records are at the connection.
    let places: [CanonicalID: [PlacedRecord]]
    /// Who lives in objects where more than one would like to live.
    var occupancy: [LinkKey: Occupancy] = [:]

    func step(for claim: WorkClaim) -> Step {
        guard let capability = descriptor.capability(for: claim.command.entity) else {
            return .finish(EgressResult(claim, .done(note: "the connection has no \(claim.command.entity.rawValue)")))
        }
        let (desired, missing) = resolve(claim.command)
        let required = missing.filter { capability.requires($0.key) }
        if claim.native == nil, !required.isEmpty {
            let parents = Set(required.values.joined()).sorted()
            let names = required.keys.sorted().map(\.name).joined(separator: ", ")
            return .finish(EgressResult(claim, .waits(for: parents, cause: "\(names) is not at \(connection) yet")))
        }
        guard let native = claim.native else { return create(claim, capability, desired: desired, missing: missing) }
        return write(claim, capability, native: native, desired: desired, missing: missing)
    }

    /// Ends work at once after whose write nothing differs any more, instead of taking it up again to find that out.
    func concluding(_ result: EgressResult) -> EgressResult {
        guard result.ending.goesOn, result.intent?.state == .done, let native = result.link else { return result }
        var claim = result.claim
        claim.work.native = native
        claim.work.held.formUnion(result.held)
        claim.shadow = result.shadow
        guard case .finish(let next) = step(for: claim), case .done = next.ending else { return result }
        var concluded = result
        concluded.ending = next.ending
        concluded.deferred = next.deferred
        return concluded
    }

    private func create(
        _ claim: WorkClaim, _ capability: EntityCapability, desired: [FieldName: SyncCommand.Desired],
        missing: [FieldName: [Place]]
    ) -> Step {
        if let result = embed(claim, capability) { return .finish(result) }
        if case .embedded(let field) = capability.placement {
            return .finish(EgressResult(claim, .done(note: "there is no \(field) that it could be shown at")))
        }
        guard claim.command.mayCreate, capability.creates else {
            return .finish(EgressResult(claim, .done(note: "it is not created at \(connection)")))
        }
        return write(claim, capability, native: nil, desired: desired, missing: missing)
    }

    private func write(
        _ claim: WorkClaim, _ capability: EntityCapability, native: NativeReference?,
        desired: [FieldName: SyncCommand.Desired], missing: [FieldName: [Place]]
    ) -> Step {
        let difference = EgressStep.difference(
            record: claim.command.record, desired: desired, shadow: native == nil ? nil : claim.shadow,
            capability: capability, held: claim.work.held)
        let deferred = Set(missing.values.joined()).sorted()
        if native != nil, difference.isEmpty {
            var result = EgressResult(claim, .done(note: nil))
            result.deferred = deferred
            return .finish(result)
        }
        return .send(
            OutboundWrite(
                record: claim.command.record, entity: claim.command.entity, native: native,
                changes: difference.changes, desired: desired.mapValues(\.value), shadow: claim.shadow?.fields ?? [:],
                needsExternalID: difference.needsExternalID, versionToken: claim.shadow?.versionToken,
                creationKey: creationKey(claim), wantedAt: claim.command.id.madeAt), deferred: deferred)
    }

    /// The object that a record may share with its parent, if the parent is there; nobody has looked yet who else does.
    func sharedObject(of claim: WorkClaim) -> SharedObject? {
        guard let capability = descriptor.capability(for: claim.command.entity),
            case .embeddedIfFree(_, let namedBy) = capability.placement,
            let (parent, native) = parentObject(of: claim, capability)
        else { return nil }
        let key = LinkKey(connection: connection, native: native, entity: claim.command.entity)
        return SharedObject(key: key, host: parent, namedBy: namedBy)
    }

    /// What becomes of a record that lives in its parent's object; nil where it has no place there.
    private func embed(_ claim: WorkClaim, _ capability: EntityCapability) -> EgressResult? {
        guard let (_, native) = parentObject(of: claim, capability) else { return nil }
        var result = entrance(of: claim, to: native)
        guard let shared = sharedObject(of: claim) else { return result }
        switch (occupancy[shared.key] ?? Occupancy()).admission(of: claim.command.record) {
        case .enters: return result
        case .replaces(let other):
            result.replaces = EgressResult.Replacement(of: other, in: shared)
            return result
        case .reserved:
            return EgressResult(
                claim, .done(note: "\(native) shows the \(claim.command.entity.rawValue) that is named"))
        case .full: return nil
        }
    }

    /// The record is linked to the object; where a restored database may have forgotten that it was before, the object is read
    /// before anything is sent there.
    private func entrance(of claim: WorkClaim, to native: NativeReference) -> EgressResult {
        var result = EgressResult(claim, .goesOn)
        result.link = native
        guard claim.searchedSince != nil else { return result }
        result.ending = .retry(after: Self.pauseForRead, fault: Self.awaitsRead)
        result.awaitsRead = true
        result.mustRead = true
        return result
    }

    private static let pauseForRead = Duration.seconds(5)
    private static let awaitsRead = ConnectorFault(
        .unknownOutcome, code: "awaits_read",
        message: "nobody knows what the object shows of the record since the database was restored; it is read first",
        fix: "nothing to do: it goes on once the object was read")

    private func parentObject(
        of claim: WorkClaim, _ capability: EntityCapability
    ) -> (record: CanonicalID, native: NativeReference)? {
        guard let field = capability.home,
            case .set(.reference(.canonical(let parent))) = claim.command.desired[field]?.value,
            case .reference(let entity) = ModelCatalog.field(field, of: claim.command.entity)?.type,
            let place = places[parent]?.first(where: { $0.entity == entity })
        else { return nil }
        return (parent, place.native)
    }

    /// Replaces references by the connection's own; what is not there yet is left out and named.
    private func resolve(
        _ command: SyncCommand
    ) -> (desired: [FieldName: SyncCommand.Desired], missing: [FieldName: [Place]]) {
        let (desired, missing) = EgressStep.resolve(command) { record, entity in
            places[record]?.first { $0.entity == entity }?.native
        } has: { entity in
            descriptor.capability(for: entity) != nil
        }
        return (
            desired,
            missing.mapValues { parents in
                parents.map { Place(record: $0.record, connection: connection, entity: $0.entity) }
            }
        )
    }

    /// (connection, record, effect, ordinal): stable over restarts and versions, at most 50 characters.
    private func creationKey(_ claim: WorkClaim) -> String {
        "\(claim.command.record)-\(claim.ordinal)"
    }
}
