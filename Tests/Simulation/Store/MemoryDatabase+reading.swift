public import CanonicalModel
import ConnectorKit
import SyncCore
import SyncStore

/// What must be read, and what was seen.
extension MemoryDatabase {
    /// Marks objects; one of which a read has shown the change that a poll names stays as it is.
    func mark(_ marks: [DirtyTable.Mark]) {
        for mark in marks {
            if let changedAt = mark.changedAt, isSeen(mark, changedAt) { continue }
            let key = LaneKey.object(mark.native, in: mark.connection)
            guard var row = dirty[key] else {
                dirty[key] = DirtyRow(mark: mark, marks: 1, dueAt: now)
                continue
            }
            row.marks += 1
            let isWhole = row.mark.isWhole || mark.isWhole
            let hintedAt = min(row.mark.hintedAt, mark.hintedAt)
            let isPolled = row.mark.isPolled && mark.isPolled
            row.mark = mark
            row.mark.isPolled = isPolled
            row.mark.isWhole = isWhole
            row.mark.hintedAt = hintedAt
            row.dueAt = min(row.dueAt, now)
            dirty[key] = row
        }
    }

    /// A time without a fraction of a second may stand for two changes: it counts once a read that began ten seconds after
    /// another one has shown it, too.
    private func isSeen(_ mark: DirtyTable.Mark, _ changedAt: Instant) -> Bool {
        shadows.contains { key, row in
            guard key.connection == mark.connection, key.native == mark.native, let seen = row.modification
            else { return false }
            if seen.at != changedAt { return seen.at > changedAt }
            return changedAt.microseconds % 1_000_000 != 0
                || row.shadow.readAt >= seen.seenAt.advanced(by: .seconds(10))
        }
    }

    func claimDirty(
        of connection: ConnectionID, limit: Int, lease: Duration, ceiling: Duration
    ) -> [DirtyTable.Claim] {
        let due = dirty.filter { key, row in
            key.connection == connection && row.dueAt <= now && isFree(key, ceiling: ceiling)
        }.sorted { ($0.value.dueAt, $0.key) < ($1.value.dueAt, $1.key) }
        return due.prefix(limit).map { key, row in
            DirtyTable.Claim(
                connection: connection, native: row.mark.native, marks: row.marks, attempts: row.attempts,
                isWhole: row.mark.isWhole, correlation: row.mark.correlation, hintedAt: row.mark.hintedAt,
                lane: take(key, lease: lease),
                isPolled: row.mark.isPolled)
        }
    }

    func knowledge(
        of keys: Set<LinkKey>, bearing: [LinkKey: CanonicalID], connection: ConnectionID
    ) -> ObjectKnowledge {
        var knowledge = ObjectKnowledge()
        let types = Set(keys.map(\.native.type))
        for rows in intents.values {
            for row in rows
            where row.intent.place.connection == connection && row.intent.isUnsettled && row.intent.nativeID == nil
                && types.contains(row.intent.nativeType)
            { knowledge.creating.insert(row.intent.nativeType) }
        }
        for key in keys {
            knowledge.shadows[key] = shadows[key]?.shadow
            if let link = links[key] {
                knowledge.links[key] = link.record
                knowledge.note(lateIntents(of: link), of: key)
            } else if let record = bearing[key] {
                knowledge.lateCreates[key] = lateCreate(
                    of: Place(record: record, connection: connection, entity: key.entity))
            }
            if lateObjects[NativeKey(connection: connection, native: key.native)] != nil {
                knowledge.lateObjects.insert(key.native)
            }
        }
        return knowledge
    }

    /// Writes what came of reading.
    ///
    /// - Returns: the messages, and the objects of which what was read is kept.
    func commit(
        _ ingest: IngestCommit, messageLease: Duration
    ) throws(StoreError) -> (messages: [MemoryMessage], taken: Set<NativeReference>) {
        let claims = ingest.finished.map(\.claim) + ingest.letters.map(\.claim)
        try check(claims.map(\.lane))
        release(claims.map(\.lane))
        var overtaken: Set<LinkKey> = []
        for (key, shadow) in ingest.shadows where !save(shadow, of: key) { overtaken.insert(key) }
        let events = ingest.events.filter { event in
            !overtaken.contains(LinkKey(connection: event.connection, native: event.native, entity: event.entity))
        }
        let messages = events.map { MemoryMessage($0, leaseUntil: now.advanced(by: messageLease)) }
        insert(messages)
        for finished in ingest.finished {
            if let wait = finished.retryAfter {
                putOff(finished.claim, by: wait, failed: finished.failure != nil)
            } else {
                clear(finished.claim)
            }
        }
        for letter in ingest.letters {
            clear(letter.claim)
            letters.append(
                DeadLetters.Letter(
                    id: ids.next(now), source: .read, connection: ingest.connection, native: letter.claim.native,
                    failureClass: letter.fault.failureClass, code: letter.fault.code, failure: letter.fault.message,
                    fix: letter.fault.fix, attempts: letter.claim.attempts + 1, failedAt: now, payload: []))
        }
        if !overtaken.isEmpty, let correlation = ingest.finished.first?.claim.correlation {
            mark(
                Set(overtaken.map(\.native)).sorted().map {
                    DirtyTable.Mark($0, in: ingest.connection, correlation: correlation, hintedAt: now)
                })
        }
        for place in ingest.awaited { hasten(place) }
        for place in ingest.repairs { reopen(place) }
        came(ingest.cameLate)
        for entry in ingest.lateObjects {
            let key = NativeKey(connection: entry.key.connection, native: entry.key.native)
            if lateObjects[key] == nil { lateObjects[key] = LateObjectRow(entry: entry, dueAt: now) }
        }
        return (messages, Set(ingest.shadows.keys.filter { !overtaken.contains($0) }.map(\.native)))
    }

    /// Keeps a shadow; one that was read later stays.
    func save(_ shadow: Shadow, of key: LinkKey) -> Bool {
        var shadow = shadow
        var modification = shadow.modification
        shadow.modification = nil
        if let known = shadows[key] {
            guard known.shadow.readAt <= shadow.readAt else { return false }
            if let at = modification?.at, let earlier = known.modification, earlier.at == at {
                modification?.seenAt = earlier.seenAt
            }
        }
        shadows[key] = ShadowRow(shadow: shadow, modification: modification)
        return true
    }

    private func clear(_ claim: DirtyTable.Claim) {
        let key = LaneKey.object(claim.native, in: claim.connection)
        guard let row = dirty[key] else { return }
        if row.marks <= claim.marks || omitted.contains(.dirtyCount) {
            dirty[key] = nil
        } else {
            dirty[key]?.attempts = 0
            dirty[key]?.dueAt = now
        }
    }

    private func putOff(_ claim: DirtyTable.Claim, by wait: Duration, failed: Bool) {
        let key = LaneKey.object(claim.native, in: claim.connection)
        dirty[key]?.dueAt = now.advanced(by: wait)
        if failed { dirty[key]?.attempts += 1 }
    }

    /// When an object of a connection can be read next; nil when none is to be read.
    public func nextReading(of connection: ConnectionID, ceiling: Duration) -> Instant? {
        var next: Instant?
        for (key, row) in dirty where key.connection == connection {
            let time = max(row.dueAt, freeAt(key, ceiling: ceiling))
            next = next.map { min($0, time) } ?? time
        }
        return next
    }

    func freeAt(_ key: LaneKey, ceiling: Duration) -> Instant {
        guard let held = lanes[key] else { return now }
        return Instant(microseconds: held.until.advanced(by: ceiling).microseconds + 1)
    }
}

extension Intent {
    var isUnsettled: Bool { state == .open || state == .unknown }
}
