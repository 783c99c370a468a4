import CanonicalModel
import ConnectorKit
import Postgres
import SyncCore
import SyncStore

/// Writes what came of work, and commits.
///
/// Everything that may meet with another's doing (links, parents, lanes) is locked and looked at first; what the rows say
/// then decides how the work ends.
struct EgressWriter {
    let results: [EgressResult]
    let connection: ConnectionID
    let holder: String
    let ids: IDSource
    let now: Instant
    let times: PostgresAdapterStore.Times

    /// What the locks have shown.
    private struct Findings {
        /// Parents that are linked by now.
        var linkedParents: Set<Place>
        /// Objects that stand for another record, of those that were to be linked.
        var taken: Set<LinkKey>
        /// What has gone over from one record to another.
        var handedOver = HandOver()
    }

    /// Writes and commits.
    ///
    /// - Returns: the messages that waited for a link and were opened again.
    func write(in transaction: PostgresTransaction) async throws -> [CanonicalID] {
        guard mayMeetOthers else {
            // The usual case, a change of what is linked: nothing to look at first, so one round trip does.
            let first = [Lanes.check(results.map(\.claim.work.lane)), Intents.settle(settlements).discarded]
            try await transaction.commit(running: rows + first + statements(Findings(linkedParents: [], taken: [])))
            return []
        }
        let findings = try await lockAndLink(in: transaction)
        let opened = try await transaction.commit(
            running: try statements(findings).map { $0.map { [] } } + releases(findings))
        return Array(opened.joined())
    }

    /// Whether links are made or parents waited for, which somebody else may be doing at the same time.
    private var mayMeetOthers: Bool { results.contains { !$0.parents.isEmpty || link($0) != nil } }

    /// What is locked before any lane: whoever claims holds a row of these tables and waits for the lane.
    private var rows: [Statement<Void>] {
        let marks = results.filter(\.mustRead).compactMap(mark)
        return [WorkTable.lock(results.map(\.claim.place))] + (marks.isEmpty ? [] : [DirtyTable.mark(marks)])
    }

    private var settlements: [(id: CanonicalID, state: Intent.State, fault: String?)] {
        results.compactMap(\.intent).map { (id: $0.id, state: $0.state, fault: $0.fault) }
    }

    // MARK: Links and parents

    private func lockAndLink(in transaction: PostgresTransaction) async throws -> Findings {
        let parents = Set(results.flatMap(\.parents))
        let links = results.compactMap(link)
        let locks =
            IdentityMap.locks(objects: links.compactMap(\.key), places: links.map(\.place))
            + parents.map { AdvisoryLock.place($0.record, in: $0.connection) }
        try await transaction.run([AdvisoryLock.take(locks)] + rows)
        let handedOver = try await handOver(in: transaction)
        let (_, _, places, activated, known) = try await transaction.run(
            Lanes.check(results.map(\.claim.work.lane)), Intents.settle(settlements),
            IdentityMap.places(parents), IdentityMap.activate(links), IdentityMap.find(links.compactMap(\.key)))
        let linkedParents = Set(places.values.filter { $0.state == .active }.map(\.place))
        var taken: Set<LinkKey> = []
        var missing: [Link] = []
        for link in links where !activated.contains(link.place) {
            guard let key = link.key else { continue }
            if let other = known[key] {
                if other.record != link.record { taken.insert(key) }
            } else {
                missing.append(link)
            }
        }
        if !missing.isEmpty {
            let made = try await transaction.run(IdentityMap.insert(missing))
            for link in missing where !made.contains(link.id) {
                if let key = link.key { taken.insert(key) }
            }
        }
        return Findings(linkedParents: linkedParents, taken: taken, handedOver: handedOver)
    }

    private func link(_ result: EgressResult) -> Link? {
        guard let native = result.link, native != result.claim.native else { return nil }
        let place = result.claim.place
        return Link(
            id: ids.next(now), LinkKey(connection: place.connection, native: native, entity: place.entity),
            record: place.record)
    }

    // MARK: Rows

    private func statements(_ findings: Findings) throws -> [Statement<Void>] {
        var statements: [Statement<Void>] = []
        let shadows = results.compactMap { shadow($0, findings) }
        if !shadows.isEmpty { statements.append(try Shadows.save(shadows).discarded) }
        statements.append(WorkTable.settle(results.map { work($0, findings) }).discarded)
        let waiting = results.flatMap { parks($0, findings) }
        if !waiting.isEmpty { statements.append(Parks.park(waiting, deadline: times.parkDeadline)) }
        let effects = results.compactMap { effect($0, findings) }
        if !effects.isEmpty { statements.append(Effects.settle(effects)) }
        let notMade = results.filter { $0.intent?.wasNotMade == true && $0.claim.native == nil }.map(\.claim.place)
        if !notMade.isEmpty { statements.append(IdentityMap.withdraw(pending: notMade).discarded) }
        let shown = results.filter { isShown($0, findings) }.map(\.claim.place)
        if !shown.isEmpty { statements.append(DeadLetters.resolve(shown)) }
        let letters = results.compactMap { letter($0, findings) }
        if !letters.isEmpty { statements.append(DeadLetters.insert(letters)) }
        let notes = results.flatMap(\.notes) + letters.map { note($0) } + notes(of: findings.handedOver)
        if !notes.isEmpty {
            statements.append(AuditLog.insert(notes.map { AuditEntry(id: ids.next(now), at: now, note: $0) }))
        }
        statements += circuit()
        return statements + lanes() + lanes(of: findings.handedOver)
    }

    /// Brings back what waits for the links; each statement gives the messages that it opens.
    private func releases(_ findings: Findings) -> [Statement<[CanonicalID]>] {
        let linked = results.compactMap(link).filter { link in link.key.map { !findings.taken.contains($0) } ?? false }
        guard !linked.isEmpty else { return [] }
        return [Parks.release(linked: linked.compactMap(\.key)), Parks.release(placed: linked.map(\.place))].map {
            $0.map { $0.messages.sorted() }
        }
    }

    private func shadow(_ result: EgressResult, _ findings: Findings) -> Shadows.Entry? {
        guard let shadow = result.shadow, let native = result.link ?? result.claim.native else { return nil }
        guard !isTaken(native, result, findings) else { return nil }
        return Shadows.Entry(LinkKey(connection: connection, native: native, entity: result.claim.place.entity), shadow)
    }

    /// Whether an object that was made or found stands for another record; never the one that the record was claimed with,
    /// which another one of the same batch may have wanted in vain.
    private func isTaken(_ native: NativeReference, _ result: EgressResult, _ findings: Findings) -> Bool {
        native != result.claim.native
            && findings.taken.contains(
                LinkKey(connection: connection, native: native, entity: result.claim.place.entity))
    }

    /// What the outcome says of the effect that the work carries; it does so whatever newer state has come meanwhile.
    private func effect(_ result: EgressResult, _ findings: Findings) -> Effects.Outcome? {
        guard let effect = result.claim.work.effect else { return nil }
        var isGivenUp = false
        if case .dead = ending(result, findings) { isGivenUp = true }
        let made = result.link.flatMap { isTaken($0, result, findings) ? nil : $0 }
        return Effects.Outcome(
            effect: effect, place: result.claim.place, native: made ?? result.claim.native,
            isShown: isShown(result, findings), isGivenUp: isGivenUp)
    }

    private func work(_ result: EgressResult, _ findings: Findings) -> WorkResult {
        let held = result.held.isEmpty ? nil : result.claim.work.held.union(result.held)
        return WorkResult(result.claim.work.version, ending(result, findings), held: held)
    }

    private func ending(_ result: EgressResult, _ findings: Findings) -> WorkResult.Ending {
        if let native = result.link, isTaken(native, result, findings) {
            // An embedded record whose place went to another one looks for a place of its own; an object that was made
            // or found and is another record's needs a person.
            if result.replaces != nil { return .retry(after: Self.pause, Self.inUse(native)) }
            guard result.intent != nil else { return .putOff(.zero) }
            return .dead(.init(.duplicate, code: Self.takenCode, text: Self.takenText(native)))
        }
        switch result.ending {
        case .goesOn: return .putOff(.zero)
        case .retry(let delay, let fault):
            return .retry(after: delay, .init(fault), counts: result.isOwnFailure)
        case .dead(let fault): return .dead(.init(fault))
        case .waits(let parents, let cause):
            let isOver = parents.contains { findings.linkedParents.contains($0) }
            return isOver ? .putOff(.zero) : .waiting(.init(nil, code: "waits", text: cause))
        case .done:
            let isOver = result.deferred.contains { findings.linkedParents.contains($0) }
            return isOver ? .putOff(.zero) : .done
        }
    }

    /// Whether the system shows the desired state, rather than that nothing can be done for it.
    private func isShown(_ result: EgressResult, _ findings: Findings) -> Bool {
        guard case .done(note: nil) = result.ending, case .done = ending(result, findings) else { return false }
        return true
    }

    private func parks(_ result: EgressResult, _ findings: Findings) -> [Park] {
        let parents: [Place]
        let cause: String
        switch result.ending {
        case .waits(let places, let words): (parents, cause) = (places, words)
        case .done: (parents, cause) = (result.deferred, "fields refer to what is not at \(connection) yet")
        default: return []
        }
        guard !parents.contains(where: { findings.linkedParents.contains($0) }) else { return [] }
        return parents.map { Park(id: ids.next(now), .work(result.claim.place), for: .place($0), cause: cause) }
    }

    private func letter(_ result: EgressResult, _ findings: Findings) -> DeadLetters.Letter? {
        let claim = result.claim
        var fault = result.letter
        if case .dead(let reason) = result.ending { fault = reason }
        if case .dead(let failure) = ending(result, findings), failure.code == Self.takenCode {
            fault = ConnectorFault(
                .duplicate, code: failure.code, message: failure.text,
                fix: "merge the two records in the system that owns them, or change the link")
        }
        guard let fault else { return nil }
        return DeadLetters.Letter(
            id: ids.next(now), source: .work, message: claim.work.version.command,
            generation: claim.work.version.generation, connection: connection, entity: claim.place.entity,
            record: claim.place.record, native: claim.native ?? result.link, failureClass: fault.failureClass,
            code: fault.code, failure: fault.message, fix: fault.fix, attempts: claim.work.attempts + 1, failedAt: now,
            correlation: claim.command.context.correlation, payload: claim.work.body)
    }

    private func note(_ letter: DeadLetters.Letter) -> AuditNote {
        AuditNote(
            .deadLettered, entity: letter.entity, record: letter.record, connection: connection,
            correlation: letter.correlation, message: letter.message,
            body: JSONValue.object(["code": .string(letter.code), "failure": .string(letter.failure)]).serialised())
    }

    private func mark(_ result: EgressResult) -> DirtyTable.Mark? {
        guard let native = result.link ?? result.claim.native else { return nil }
        return DirtyTable.Mark(
            native, in: connection, correlation: result.claim.command.context.correlation, hintedAt: now)
    }

    // MARK: Connection and lanes

    private func circuit() -> [Statement<Void>] {
        CircuitSignal(results.map(\.signal)).statements(
            for: connection, .writing, isProbe: results.contains(where: \.claim.work.isProbe))
    }

    private func lanes() -> [Statement<Void>] {
        let free = results.filter { !$0.mayBeOnItsWay }.map(\.claim.work.lane)
        let kept = results.filter(\.mayBeOnItsWay).map(\.claim.work.lane)
        var statements: [Statement<Void>] = []
        if !free.isEmpty { statements.append(Lanes.release(free)) }
        // Nobody prolongs them; the request's ceiling alone is waited for.
        if !kept.isEmpty { statements.append(Lanes.extend(kept, lease: .zero)) }
        return statements
    }

    private static let takenCode = "object_taken"
    private static func takenText(_ native: NativeReference) -> String {
        "the object \(native) stands for another record already"
    }
}

extension EgressResult {
    /// The parents that the work, or fields of it, wait for.
    fileprivate var parents: [Place] {
        if case .waits(let parents, _) = ending { parents } else { deferred }
    }
}

extension WorkResult.Failure {
    fileprivate init(_ fault: ConnectorFault) {
        self.init(fault.failureClass, code: fault.code, text: fault.message)
    }
}
