import CanonicalModel
import ConnectorKit
import CrashPoints
import Postgres
import SyncCore
import SyncStore

/// Writes what came of work, and commits.
///
/// Everything that may meet with another's doing (links, parents, lanes) is locked and looked at first; what the rows say
/// then decides how the work ends.
struct EgressWriter {
    let settlement: EgressSettlement
    let holder: String
    let ids: IDSource
    let times: PostgresAdapterStore.Times

    var results: [EgressResult] { settlement.results }
    var connection: ConnectionID { settlement.connection }

    /// Writes and commits.
    ///
    /// - Returns: the messages that waited for a link and were opened again.
    func write(in transaction: PostgresTransaction) async throws -> [CanonicalID] {
        guard settlement.mayMeetOthers else {
            // The usual case, a change of what is linked: nothing to look at first, so one round trip does.
            let first = [Lanes.check(results.map(\.claim.work.lane)), Intents.settle(settlement.settlements).discarded]
            try await transaction.commit(running: rows + first + statements(settlement, HandOver()))
            return []
        }
        var settlement = settlement
        let handedOver = try await lockAndLink(&settlement, in: transaction)
        let opened = try await transaction.commit(
            running: try statements(settlement, handedOver).map { $0.map { [] } } + releases(settlement))
        return Array(opened.joined())
    }

    /// What is locked before any lane: whoever claims holds a row of these tables and waits for the lane.
    private var rows: [Statement<Void>] {
        let marks = settlement.marks
        return [WorkTable.lock(results.map(\.claim.place))] + (marks.isEmpty ? [] : [DirtyTable.mark(marks)])
    }

    // MARK: Links and parents

    private func lockAndLink(
        _ settlement: inout EgressSettlement, in transaction: PostgresTransaction
    ) async throws -> HandOver {
        let parents = settlement.parents
        let links = settlement.links
        let locks =
            IdentityMap.locks(objects: links.compactMap(\.key), places: links.map(\.place))
            + parents.map { AdvisoryLock.place($0.record, in: $0.connection) }
        try await transaction.run([AdvisoryLock.take(locks)] + rows)
        let handedOver = try await handOver(in: transaction)
        if !links.isEmpty { CrashPoint.pass(.before, .link) }
        let (_, _, places, activated, known) = try await transaction.run(
            Lanes.check(results.map(\.claim.work.lane)), Intents.settle(settlement.settlements),
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
        if !links.isEmpty { CrashPoint.pass(.after, .link) }
        settlement.findings = EgressSettlement.Findings(linkedParents: linkedParents, taken: taken)
        return handedOver
    }

    // MARK: Rows

    private func statements(
        _ settlement: EgressSettlement, _ handedOver: HandOver
    ) throws -> [Statement<Void>] {
        let now = settlement.now
        var statements: [Statement<Void>] = []
        let shadows = settlement.shadows
        if !shadows.isEmpty { statements.append(try Shadows.save(shadows).discarded) }
        statements.append(WorkTable.settle(settlement.work).discarded)
        let waiting = settlement.parks
        if !waiting.isEmpty { statements.append(Parks.park(waiting, deadline: times.parkDeadline)) }
        let effects = settlement.effects
        if !effects.isEmpty { statements.append(Effects.settle(effects)) }
        let notMade = settlement.withdrawn
        if !notMade.isEmpty { statements.append(IdentityMap.withdraw(pending: notMade).discarded) }
        let shown = settlement.shown
        if !shown.isEmpty { statements.append(DeadLetters.resolve(shown)) }
        let letters = settlement.letters
        if !letters.isEmpty { statements.append(DeadLetters.insert(letters)) }
        let notes = results.flatMap(\.notes) + letters.map { note($0) } + notes(of: handedOver)
        if !notes.isEmpty {
            statements.append(AuditLog.insert(notes.map { AuditEntry(id: ids.next(now), at: now, note: $0) }))
        }
        statements += circuit()
        return statements + lanes() + lanes(of: handedOver)
    }

    /// Brings back what waits for the links; each statement gives the messages that it opens.
    private func releases(_ settlement: EgressSettlement) -> [Statement<[CanonicalID]>] {
        let linked = settlement.made
        guard !linked.isEmpty else { return [] }
        return [Parks.release(linked: linked.compactMap(\.key)), Parks.release(placed: linked.map(\.place))].map {
            $0.map { $0.messages.sorted() }
        }
    }

    private func note(_ letter: DeadLetters.Letter) -> AuditNote {
        AuditNote(
            .deadLettered, entity: letter.entity, record: letter.record, connection: connection,
            correlation: letter.correlation, message: letter.message,
            body: JSONValue.object(["code": .string(letter.code), "failure": .string(letter.failure)]).serialised())
    }

    // MARK: Connection and lanes

    private func circuit() -> [Statement<Void>] {
        settlement.signal.statements(
            for: connection, .writing, isProbe: results.contains(where: \.claim.work.isProbe))
    }

    private func lanes() -> [Statement<Void>] {
        var statements: [Statement<Void>] = []
        let free = settlement.freeLanes
        let kept = settlement.keptLanes
        if !free.isEmpty { statements.append(Lanes.release(free)) }
        // Nobody prolongs them; the request's ceiling alone is waited for.
        if !kept.isEmpty { statements.append(Lanes.extend(kept, lease: .zero)) }
        return statements
    }
}
