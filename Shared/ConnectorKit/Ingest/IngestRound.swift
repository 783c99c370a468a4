public import CanonicalModel
public import SyncCore
public import SyncStore

/// What reading dirty objects leads to: pure.
public struct IngestRound {
    private let connection: ConnectionID
    private let role: Role
    private let capabilities: [EntityKind: EntityCapability]
    private let knowledge: ObjectKnowledge
    private let ids: IDSource
    private let now: Instant
    private let readAt: Instant
    private var shadows: [LinkKey: Shadow]

    /// What is to be written.
    public private(set) var commit: IngestCommit

    /// What the call has shown of the connection.
    public mutating func note(_ signal: CircuitSignal) { commit.signal = signal }

    /// Begins a round.
    ///
    /// - Parameter readAt: when the read began.
    public init(
        connection: ConnectionID, role: Role, descriptor: ConnectorDescriptor, knowledge: ObjectKnowledge,
        ids: IDSource, now: Instant, readAt: Instant
    ) {
        self.connection = connection
        self.role = role
        capabilities = Dictionary(descriptor.entities.map { ($0.entity, $0) }) { first, _ in first }
        self.knowledge = knowledge
        self.ids = ids
        self.now = now
        self.readAt = readAt
        shadows = knowledge.shadows
        commit = IngestCommit(connection: connection)
    }

    /// Takes in what an object says.
    ///
    /// - Returns: false when the object must be read again later: nobody knows it and a create of its type is under way,
    ///   so that it may be our own before we have heard of it, or one was given up as absent and has not been made anew; or
    ///   the read began before our last write was answered.
    public mutating func take(_ observations: [Observation], for claim: DirtyTable.Claim) -> Bool {
        let observations = observations.filter { !isLate($0, for: claim) }
        let relevant = observations.filter { isLinked($0) || capabilities[$0.entity]?.originates == true }
        // Also of a type that never begins there: one that we are creating is linked in a moment.
        if observations.contains(where: mayBeOurs) || relevant.contains(where: isOvertaken) { return false }
        for observation in relevant { take(observation, for: claim) }
        return true
    }

    /// Takes in that an object is gone: each entity that was seen in it is archived.
    public mutating func takeGone(_ native: NativeReference, for claim: DirtyTable.Claim) {
        for (key, shadow) in shadows.sorted(by: { $0.key < $1.key }) where key.native == native && !shadow.isArchived {
            take(
                Observation(entity: key.entity, native: native, fields: [:], isArchived: true), for: claim)
        }
    }

    /// Takes in that an object was merged into another one.
    public mutating func takeMerged(
        _ native: NativeReference, into survivor: NativeReference, for claim: DirtyTable.Claim
    ) {
        for key in knowledge.links.keys.sorted() where key.native == native {
            emit(.merged, key: key, fields: [:], observation: nil, into: survivor, correlation: claim.correlation)
        }
    }

    /// Notes that a claim is done, or when it is due again.
    public mutating func finish(_ claim: DirtyTable.Claim, retryAfter: Duration? = nil, failure: String? = nil) {
        commit.finished.append(IngestCommit.Finished(claim: claim, retryAfter: retryAfter, failure: failure))
    }

    /// Gives an object up to a dead letter.
    public mutating func bury(_ claim: DirtyTable.Claim, _ fault: ConnectorFault) {
        commit.letters.append(IngestCommit.Letter(claim: claim, fault: fault))
    }

    /// Whether an object was made by a create of ours that came late: it stands for nothing, and is neutralised.
    private mutating func isLate(_ observation: Observation, for claim: DirtyTable.Claim) -> Bool {
        if knowledge.lateObjects.contains(observation.native) { return true }
        let key = key(observation)
        guard let create = knowledge.lateCreates[key], create.isReplaced else { return false }
        commit.cameLate.insert(create.intent)
        commit.lateObjects.append(LateObjects.Entry(key, record: create.record, correlation: claim.correlation))
        commit.notes.append(
            repaired(key, record: create.record, claim, ["late_object": .string(key.native.description)]))
        return true
    }

    private func repaired(
        _ key: LinkKey, record: CanonicalID?, _ claim: DirtyTable.Claim, _ body: JSONValue
    ) -> AuditNote {
        AuditNote(
            .repaired, entity: key.entity, record: record, connection: connection, correlation: claim.correlation,
            body: body.serialised())
    }

    private func key(_ observation: Observation) -> LinkKey {
        LinkKey(connection: connection, native: observation.native, entity: observation.entity)
    }

    private func isLinked(_ observation: Observation) -> Bool { knowledge.links[key(observation)] != nil }

    private func mayBeOurs(_ observation: Observation) -> Bool {
        guard !isLinked(observation) else { return false }
        return knowledge.creating.contains(observation.native.type)
            || knowledge.lateCreates[key(observation)]?.isReplaced == false
    }

    private func isOvertaken(_ observation: Observation) -> Bool {
        knowledge.shadows[key(observation)].map { $0.readAt > readAt } ?? false
    }

    private mutating func take(_ observation: Observation, for claim: DirtyTable.Claim) {
        let key = key(observation)
        let known = shadows[key]
        let late = (knowledge.lateWrites[key] ?? []).map { write in
            (write: write, shown: write.shown(of: observation.fields.keys))
        }
        // What an unanswered request wants is ours as well: the work goes on from what the object shows now.
        let wanted = late.map(\.shown) + (knowledge.openWrites[key] ?? [])
        let result = IngestStep.compare(observation, with: known, late: wanted, readAt: readAt)
        if knowledge.openWrites[key]?.isEmpty == false, let record = knowledge.links[key] {
            commit.awaited.insert(Place(record: record, connection: connection, entity: key.entity))
        }
        let came = late.filter { one in result.late.contains { one.shown[$0] == observation.fields[$0] } }
        if !came.isEmpty, let record = knowledge.links[key] {
            commit.repairs.insert(Place(record: record, connection: connection, entity: key.entity))
            // Others may have written the same value: one has come for certain where all that it named is there. A create that
            // has made this object is still reckoned with: the one that was taken for its maker may have made another.
            commit.cameLate.formUnion(
                came.map(\.write).filter { write in
                    !write.isCreate
                        && write.wanted.allSatisfy { field, value in (observation.fields[field] ?? value) == value }
                }.map(\.intent))
            let fields = JSONValue.array(
                result.late.sorted().filter { field in came.contains { $0.shown[field] == observation.fields[field] } }
                    .map { .string($0.name) })
            commit.notes.append(
                repaired(key, record: record, claim, ["late_write": fields, "native": .string(key.native.description)]))
        }
        var shadow = result.shadow
        shadow.modification = observation.modifiedAt.map { Shadow.Modification(at: $0, seenAt: now) }
        shadows[key] = shadow
        commit.shadows[key] = shadow
        if let change = result.change {
            emit(
                change.kind, key: key, fields: change.fields, observation: observation, into: nil,
                correlation: claim.correlation)
        }
        guard claim.isWhole, let known else { return }
        // Whoever asked wants every field. What stands there as before is told apart from what has changed.
        let restated = observation.fields.filter { known.fields[$0.key] == $0.value }
        guard !restated.isEmpty else { return }
        emit(
            .updated, key: key, fields: restated, observation: observation, into: nil, isRestatement: true,
            correlation: claim.correlation)
    }

    private mutating func emit(
        _ kind: ChangeKind, key: LinkKey, fields: Patch, observation: Observation?, into survivor: NativeReference?,
        isRestatement: Bool = false, correlation: CanonicalID
    ) {
        let event = CanonicalEvent(
            id: ids.next(now), entity: key.entity, change: kind, connection: connection, role: role,
            native: key.native, externalID: observation?.externalID, fields: fields, mergedInto: survivor,
            isRestatement: isRestatement, changedAt: min(observation?.modifiedAt ?? now, now), observedAt: readAt,
            actor: observation?.actor,
            context: MessageContext(correlation: correlation))
        commit.events.append(event)
        commit.notes.append(
            AuditNote(
                .observed, entity: key.entity, record: knowledge.links[key], connection: connection,
                correlation: correlation, message: event.id, actor: observation?.actor,
                body: JSONValue.object([
                    "change": .string(isRestatement ? "restated" : kind.rawValue),
                    "native": .string(key.native.description),
                    "fields": .array(fields.keys.sorted().map { .string($0.name) }),
                ]).serialised()))
    }
}
