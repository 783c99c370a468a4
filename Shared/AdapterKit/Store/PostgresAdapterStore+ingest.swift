public import CanonicalModel
public import ConnectorKit
import Messaging
import Postgres
public import SyncCore
public import SyncStore

extension PostgresAdapterStore {
    /// Takes dirty objects that are due.
    public func claimDirty(of connection: ConnectionID, limit: Int) async throws -> [DirtyTable.Claim] {
        try await pool.run(
            DirtyTable.claim(
                of: connection, holder: holder, limit: limit, lease: times.laneLease, ceiling: times.requestCeiling))
    }

    /// What is known of objects.
    public func knowledge(
        of keys: Set<LinkKey>, bearing: [LinkKey: CanonicalID], connection: ConnectionID
    ) async throws -> ObjectKnowledge {
        var knowledge = ObjectKnowledge()
        guard !keys.isEmpty else { return knowledge }
        // Creates are looked for before links: one that is settled in between is linked by the time links are read. The
        // other way round it would be neither, and the object of no concern to anybody.
        let (creating, links, shadows, lateWrites, lateCreates, lateObjects, written) = try await pool.run(
            Intents.creating(Set(keys.map(\.native.type)), in: connection), IdentityMap.find(keys),
            Shadows.find(keys), Intents.late(of: keys), Intents.lateCreates(of: bearing),
            LateObjects.known(Set(keys.map(\.native)), in: connection), SchemaAgreement.written)
        schema.note(written)
        knowledge.links = links.mapValues(\.record)
        for (key, intents) in lateWrites { knowledge.note(intents, of: key) }
        knowledge.lateObjects = lateObjects
        knowledge.lateCreates = lateCreates.filter { links[$0.key] == nil }
        knowledge.shadows = shadows
        knowledge.creating = creating
        return knowledge
    }

    /// Marks objects to be read.
    public func readAgain(_ objects: Set<NativeReference>, connection: ConnectionID) async throws {
        let now = clock()
        let correlation = ids.next(now)
        try await pool.run(
            DirtyTable.mark(
                objects.map { DirtyTable.Mark($0, in: connection, correlation: correlation, hintedAt: now) }))
    }

    /// Writes what came of reading.
    ///
    /// A shadow that somebody has written since this read began stays; the events of its object are dropped, and it is
    /// read once more.
    public func commit(_ ingest: IngestCommit) async throws {
        do {
            try await commitTogether(ingest)
        } catch let error as StoreError where error.code == .shadowOvertaken {
            try await commitPart(of: ingest)
        }
    }

    /// Writes everything in one round trip; nothing where somebody has written a shadow meanwhile.
    private func commitTogether(_ ingest: IngestCommit) async throws {
        let messages = try ingest.events.map(stored)
        let entries = ingest.shadows.map { Shadows.Entry($0.key, $0.value) }
        let shadows = entries.isEmpty ? [] : [try Shadows.saveAll(entries)]
        let statements = statements(for: ingest, messages: messages, overtaken: [], now: clock())
        try await pool.withTransaction { transaction in
            try await transaction.commit(
                running: [DirtyTable.lock(claims(of: ingest)), Lanes.surrender(claims(of: ingest).map(\.lane))]
                    + shadows + statements)
        }
        hand(messages)
    }

    /// Looks first which shadows were written meanwhile, and leaves those objects out.
    private func commitPart(of ingest: IngestCommit) async throws {
        let entries = ingest.shadows.map { Shadows.Entry($0.key, $0.value) }
        let now = clock()
        let messages = try await pool.withTransaction { transaction in
            let (_, _, saved) = try await transaction.run(
                DirtyTable.lock(claims(of: ingest)), Lanes.surrender(claims(of: ingest).map(\.lane)),
                Shadows.save(entries))
            let overtaken = Set(ingest.shadows.keys).subtracting(saved)
            let events = ingest.events.filter { event in
                !overtaken.contains(
                    LinkKey(connection: event.connection, native: event.native, entity: event.entity))
            }
            let messages = try events.map(stored)
            try await transaction.commit(
                running: statements(for: ingest, messages: messages, overtaken: overtaken, now: now))
            return messages
        }
        hand(messages)
    }

    private func claims(of ingest: IngestCommit) -> [DirtyTable.Claim] {
        ingest.finished.map(\.claim) + ingest.letters.map(\.claim)
    }

    private func statements(
        for ingest: IngestCommit, messages: [StoredMessage], overtaken: Set<LinkKey>, now: Instant
    ) -> [Statement<Void>] {
        let kept = Set(messages.map(\.id))
        let notes = ingest.notes.filter { note in note.message.map(kept.contains) ?? true }
        var statements: [Statement<Void>] = []
        if !messages.isEmpty { statements.append(MessageTable.insert(messages, lease: times.messageLease)) }
        let entries = (notes + ingest.letters.map { note($0) }).map { AuditEntry(id: ids.next(now), at: now, note: $0) }
        if !entries.isEmpty { statements.append(AuditLog.insert(entries)) }
        let done = ingest.finished.filter { $0.retryAfter == nil }.map(\.claim) + ingest.letters.map(\.claim)
        if !done.isEmpty { statements.append(DirtyTable.clear(done).discarded) }
        let putOff = Dictionary(grouping: ingest.finished.filter { $0.retryAfter != nil }) { finished in
            PutOff(delay: finished.retryAfter ?? .zero, failure: finished.failure)
        }
        for (reason, finished) in putOff {
            statements.append(
                DirtyTable.putOff(finished.map(\.claim), by: reason.delay, failure: reason.failure).discarded)
        }
        if !overtaken.isEmpty {
            let correlation = (ingest.finished.first?.claim.correlation ?? ids.next(now))
            statements.append(
                DirtyTable.mark(
                    Set(overtaken.map(\.native)).map {
                        DirtyTable.Mark($0, in: ingest.connection, correlation: correlation, hintedAt: now)
                    }))
        }
        if !ingest.awaited.isEmpty { statements.append(WorkTable.hasten(ingest.awaited.sorted())) }
        if !ingest.repairs.isEmpty { statements.append(WorkTable.reopen(ingest.repairs.sorted()).discarded) }
        if !ingest.cameLate.isEmpty { statements.append(Intents.came(ingest.cameLate)) }
        if !ingest.lateObjects.isEmpty { statements.append(LateObjects.insert(ingest.lateObjects)) }
        statements += ingest.signal.statements(
            for: ingest.connection, .reading, isProbe: claims(of: ingest).contains(where: \.isProbe))
        if !ingest.letters.isEmpty {
            statements.append(DeadLetters.insert(ingest.letters.map { letter($0, of: ingest.connection, at: now) }))
        }
        let missed = missed(of: ingest, kept: kept)
        if !missed.isEmpty { statements.append(WebhookSource.missed(missed, from: ingest.connection)) }
        return statements
    }

    /// Changes that only a poll has named, by native type: a webhook should have told of them.
    private func missed(of ingest: IngestCommit, kept: Set<CanonicalID>) -> [String: Int] {
        let polled = Set(claims(of: ingest).filter(\.isPolled).map(\.native))
        let changed = Set(ingest.events.filter { kept.contains($0.id) }.map(\.native))
        return polled.intersection(changed).reduce(into: [:]) { $0[$1.type, default: 0] += 1 }
    }

    private struct PutOff: Hashable {
        var delay: Duration
        var failure: String?
    }

    private func stored(_ event: CanonicalEvent) throws -> StoredMessage {
        StoredMessage(
            id: event.id, queue: names.routerEvents, exchange: names.events,
            routingKey: "\(event.role.rawValue).\(event.entity.rawValue).\(event.change.rawValue)",
            body: try EventCoding.encode(event, schema: schema.version), context: event.context)
    }

    private func note(_ letter: IngestCommit.Letter) -> AuditNote {
        AuditNote(
            .deadLettered, connection: letter.claim.connection, correlation: letter.claim.correlation,
            body: JSONValue.object([
                "native": .string(letter.claim.native.description), "code": .string(letter.fault.code),
                "failure": .string(letter.fault.message),
            ]).serialised())
    }

    private func letter(
        _ letter: IngestCommit.Letter, of connection: ConnectionID, at now: Instant
    ) -> DeadLetters.Letter {
        DeadLetters.Letter(
            id: ids.next(now), source: .read, connection: connection, native: letter.claim.native,
            failureClass: letter.fault.failureClass, code: letter.fault.code, failure: letter.fault.message,
            fix: letter.fault.fix, attempts: letter.claim.attempts + 1, failedAt: now,
            correlation: letter.claim.correlation,
            payload: JSONValue.object(["native": .string(letter.claim.native.description)]).serialised())
    }
}
