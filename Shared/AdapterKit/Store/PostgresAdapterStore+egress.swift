public import CanonicalModel
public import ConnectorKit
import Postgres
public import SyncCore
public import SyncStore

extension PostgresAdapterStore {
    /// Takes work that is due, with what the next step needs to know.
    public func claimWork(
        of connection: ConnectionID, limit: Int, downTo lowest: SyncCommand.Priority
    ) async throws -> [WorkClaim] {
        let claimed = try await pool.run(
            WorkTable.claim(
                of: connection, holder: holder, limit: limit, downTo: lowest,
                shares: SyncCommand.Priority.shares(of: limit), lease: times.laneLease, ceiling: times.requestCeiling))
        guard !claimed.isEmpty else { return [] }
        let places = Set(claimed.map(\.version.place))
        let keys = Set(claimed.compactMap(\.key))
        let missing = Set(claimed.filter { $0.native == nil }.map(\.version.place))
        let (unsettled, refused, shadows, searched) = try await pool.run(
            Intents.unsettled(places), Intents.refusedOrdinals(places), Shadows.find(keys),
            Recoveries.searched(missing))
        var claims: [WorkClaim] = []
        for work in claimed {
            let place = work.version.place
            do {
                claims.append(
                    WorkClaim(
                        work, command: try CommandCoding.decode(work.body), shadow: work.key.flatMap { shadows[$0] },
                        unsettled: unsettled[place], ordinal: (refused[place] ?? 0) + 1,
                        searchedSince: searched[place]))
            } catch {
                try await bury(work, fault: error)
            }
        }
        return claims
    }

    /// The objects that records stand for.
    public func places(
        of records: Set<CanonicalID>, connection: ConnectionID
    ) async throws -> [CanonicalID: [PlacedRecord]] {
        guard !records.isEmpty else { return [:] }
        let links = try await pool.run(IdentityMap.places(of: records))
        return links.reduce(into: [:]) { places, link in
            guard link.connection == connection, link.state == .active, let native = link.native else { return }
            places[link.record, default: []].append(PlacedRecord(entity: link.entity, native: native))
        }
    }

    /// Who lives in objects that several records would like to live in.
    public func occupancy(of objects: Set<SharedObject>) async throws -> [LinkKey: Occupancy] {
        let naming = objects.compactMap { object in object.namedBy.map { (child: object.host, field: $0) } }
        let (links, references) = try await pool.run(
            IdentityMap.find(objects.map(\.key)), Records.references(from: naming))
        return objects.reduce(into: [:]) { found, object in
            let named = references.first { $0.child == object.host && $0.field == object.namedBy }
            found[object.key] = Occupancy(occupant: links[object.key]?.record, named: named?.parent)
        }
    }

    /// Writes intents, and pending links for creates.
    public func open(_ intents: [Intent], lanes: [Lane], absentAfter: Duration) async throws {
        let now = clock()
        let pending = intents.filter { $0.nativeID == nil }.map { intent in
            Link(
                id: ids.next(now), connection: intent.place.connection, nativeType: intent.nativeType, nativeID: nil,
                entity: intent.place.entity, record: intent.place.record, state: .pending)
        }
        // Under the lanes nobody moves a link; one that was moved before we had them must not be written through.
        let objects = intents.filter { $0.nativeID != nil }
        let checked =
            [Recoveries.demandRelease, Lanes.check(lanes)]
            + (objects.isEmpty ? [] : [Intents.demandLinks(of: objects)])
        try await pool.withTransaction { transaction in
            let opened = checked + [Intents.open(intents, absentAfter: absentAfter)]
            guard !pending.isEmpty else {
                try await transaction.commit(running: opened)
                return
            }
            try await transaction.commit(
                running: [AdvisoryLock.take(IdentityMap.locks(places: pending.map(\.place)))] + opened
                    + [IdentityMap.insert(pending).discarded])
        }
    }

    /// Notes that a request is sent once more.
    public func resend(_ intent: Intent, lane: Lane, absentAfter: Duration) async throws {
        try await pool.withTransaction { transaction in
            try await transaction.commit(
                running: Recoveries.demandRelease, Lanes.check([lane]),
                Intents.resend([intent.id], laneEpochs: [lane.epoch], absentAfter: absentAfter).discarded)
        }
    }

    /// Writes what came of work; where that fails for one piece, the others are written by themselves.
    public func settle(_ results: [EgressResult], connection: ConnectionID) async throws {
        guard !results.isEmpty else { return }
        do {
            try await settleTogether(results, connection: connection)
        } catch let error as StoreError where results.count > 1 {
            var failure: any Error = error
            var failures = 0
            for result in results {
                do {
                    try await settleTogether([result], connection: connection)
                } catch {
                    failure = error
                    failures += 1
                }
            }
            if failures > 0 { throw failure }
        }
    }

    private func settleTogether(_ results: [EgressResult], connection: ConnectionID) async throws {
        let writer = EgressWriter(
            settlement: EgressSettlement(results, connection: connection, ids: ids, now: clock()), holder: holder,
            ids: ids, times: times)
        let opened = try await pool.withTransaction { try await writer.write(in: $0) }
        if !opened.isEmpty { reopened(opened) }
    }

    /// Gives up work whose command this build cannot read.
    private func bury(_ work: ClaimedWork, fault: CodingFault) async throws {
        let now = clock()
        let place = work.version.place
        let letter = DeadLetters.Letter(
            id: ids.next(now), source: .work, message: work.version.command, generation: work.version.generation,
            connection: place.connection, entity: place.entity, record: place.record, native: work.native,
            failureClass: .undecodable, code: fault.code.rawValue, failure: fault.description,
            fix: "replay it once a version that can read it runs", attempts: work.attempts + 1, failedAt: now,
            payload: work.body)
        let failure = WorkResult.Failure(.undecodable, code: letter.code, text: letter.failure)
        let effects = work.effect.map { effect in
            [Effects.Outcome(effect: effect, place: place, native: work.native, isShown: false, isGivenUp: true)]
        }
        try await pool.withTransaction { transaction in
            try await transaction.commit(
                running: WorkTable.settle([WorkResult(work.version, .dead(failure))]).discarded,
                Effects.settle(effects ?? []), DeadLetters.insert([letter]), Lanes.release([work.lane]))
        }
    }
}

extension ClaimedWork {
    /// What the object's shadow is kept under; nil where there is no object.
    var key: LinkKey? {
        native.map { LinkKey(connection: version.place.connection, native: $0, entity: version.place.entity) }
    }
}
