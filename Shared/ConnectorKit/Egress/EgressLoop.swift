public import CanonicalModel
public import Logging
internal import SyncCore
internal import SyncStore

/// Brings the records of one connection to their desired state.
///
/// Intents are committed before the first byte leaves, outcomes before anything else of the record is sent; a process
/// that dies in between leaves an intent, which the next one settles first.
public struct EgressLoop: Sendable {
    private let connector: any Connector
    private let session: any VendorSession
    private let store: any AdapterStore
    private let ids: IDSource
    private let limit: Int
    private let background: BackgroundShare
    private let spread: @Sendable () -> Double
    private let logger: Logger

    /// Takes the parts.
    ///
    /// - Parameters:
    ///   - backgroundRounds: how many rounds at once may have background work; the others are there for what is more
    ///     urgent, however many calls the background waits for.
    ///   - spread: numbers from 0 to 1 that keep retries from coming together.
    public init(
        connector: any Connector, session: any VendorSession, store: any AdapterStore, ids: IDSource = .random,
        limit: Int = 50, backgroundRounds: Int = 1, spread: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        logger: Logger
    ) {
        self.connector = connector
        self.session = session
        self.store = store
        self.ids = ids
        self.limit = limit
        background = BackgroundShare(rounds: backgroundRounds)
        self.spread = spread
        self.logger = logger
    }

    /// Whether rounds are at work whose end urgent work need not wait for: they wait for calls of the background.
    public var hasBackground: Bool { background.isBusy }

    /// Does one claim's worth.
    ///
    /// - Returns: whether there may be more at once.
    public func round() async throws -> Bool {
        let mayTakeBackground = background.enter()
        let claimed = session.now
        let claims: [WorkClaim]
        do {
            claims = try await store.claimWork(
                of: session.declaration.id, limit: limit, downTo: mayTakeBackground ? .background : .normal)
        } catch {
            if mayTakeBackground { background.leave() }
            throw error
        }
        let leisurely = claims.filter { $0.work.priority == .background }
        guard !leisurely.isEmpty else {
            let wasRefused = mayTakeBackground && background.leave()
            return try await carryOut(claims, claimed) || claims.count == limit || wasRefused
        }
        // Side by side, each with calls of its own urgency and with an end of its own: neither waits for the other.
        let ends = await background.working {
            async let hurried = end(of: claims.filter { $0.work.priority != .background }, claimed)
            return await [end(of: leisurely, claimed), hurried]
        }
        let wasRefused = background.leave()
        let isMore = try ends.map { try $0.get() }
        return isMore.contains(true) || claims.count == limit || wasRefused
    }

    private func end(of claims: [WorkClaim], _ claimed: Instant) async -> Result<Bool, any Error> {
        do {
            return .success(try await carryOut(claims, claimed))
        } catch {
            return .failure(error)
        }
    }

    /// Brings work that was claimed at some moment to its end for now.
    ///
    /// - Returns: whether some of it goes on at once, or others may have waited for it.
    private func carryOut(_ claims: [WorkClaim], _ claimed: Instant) async throws -> Bool {
        guard let priority = claims.map(\.work.priority).min(by: { $0.rawValue < $1.rawValue }) else { return false }
        // In one go, since a connector orders its requests: what is less urgent comes along with the most urgent.
        return try await CallPriority.$current.withValue(priority) {
            try await carryOutTogether(claims, claimed)
        }
    }

    private func carryOutTogether(_ claims: [WorkClaim], _ claimed: Instant) async throws -> Bool {
        let lanes = claims.map(\.work.lane)
        let results = try await store.holding(lanes, claimed: claimed, now: { session.now }) { term in
            let prepared: Round
            do {
                prepared = try await prepare(claims.filter { $0.unsettled == nil })
            } catch {
                // Nothing has left: others may go on at once.
                try? await store.release(lanes)
                throw error
            }
            var results = prepared.results
            let calls = HaltingSession(session, during: term)
            // What was sent before is settled before anything newer is sent.
            results += await lookUps.settle(claims.filter { $0.unsettled != nil }, calls)
            results += await carryOut(prepared, calls)
            try await settle(results)
            return results
        }
        // Whatever was linked may have been waited for.
        return results.contains { $0.ending.goesOn || ($0.link != nil && $0.claim.native == nil) }
    }

    /// Writes what came of a round, and tries again where the store fails.
    ///
    /// What a vendor has answered is known here only. Given up, the lanes would have to run out with the request's ceiling,
    /// and the vendor would be asked what became of each request.
    private func settle(_ results: [EgressResult]) async throws {
        var failures = 0
        while true {
            do {
                return try await store.settle(results, connection: session.declaration.id)
            } catch let error as StoreError {
                // Not the store's failure: a premise does not hold, and never will.
                await repair(results)
                throw error
            } catch {
                failures += 1
                guard failures < Self.attemptsToSettle, !Task.isCancelled else { throw error }
                logger.warning(
                    "What came of writes could not be stored yet",
                    metadata: [
                        "attempt": .stringConvertible(failures), "error": "\(error)",
                        "fix": "see that the database answers; given up, the vendor is asked what became of them",
                    ])
                try await store.pause(for: .milliseconds(50 << failures))
            }
        }
    }

    /// Sees to it that what was sent under a lost lane is looked at: somebody else has gone on meanwhile.
    private func repair(_ results: [EgressResult]) async {
        let sent = Set(results.filter { $0.intent != nil }.compactMap { $0.link ?? $0.claim.native })
        guard !sent.isEmpty else { return }
        // Where it fails, the system's own webhook or a poll brings the objects.
        try? await store.readAgain(sent, connection: session.declaration.id)
    }

    /// Some six seconds, in which a database comes back that was restarted.
    private static let attemptsToSettle = 7

    /// Decides what is to be sent and writes the intents.
    private func prepare(_ claims: [WorkClaim]) async throws -> Round {
        let connection = session.declaration.id
        let places = try await store.places(
            of: Set(claims.flatMap { Self.references(of: $0.command) }), connection: connection)
        var plan = EgressPlan(descriptor: connector.descriptor, connection: connection, places: places)
        let shared = Set(claims.filter { $0.native == nil }.compactMap { plan.sharedObject(of: $0) })
        if !shared.isEmpty { plan.occupancy = try await store.occupancy(of: shared) }
        var results: [EgressResult] = []
        var sends: [Send] = []
        for claim in claims {
            switch plan.step(for: claim) {
            case .finish(let result): results.append(result)
            case .send(let write, let deferred):
                do {
                    sends.append(try send(write, claim: claim, deferred: deferred))
                } catch {
                    results.append(refused(claim, error))
                }
            }
        }
        if !sends.isEmpty {
            try await store.open(sends.map(\.intent), lanes: sends.map(\.claim.work.lane), absentAfter: absentAfter)
        }
        return Round(plan: plan, results: results, sends: sends)
    }

    private var absentAfter: Duration {
        (session.declaration.requestCeiling ?? connector.descriptor.requestCeiling) + connector.descriptor.indexLag
    }

    /// What a claim comes to: what needs no request, and the requests.
    private struct Round {
        var plan: EgressPlan
        var results: [EgressResult]
        var sends: [Send]
    }

    /// A write with its intent.
    private struct Send {
        var prepared: PreparedWrite
        var intent: Intent
        var claim: WorkClaim
        var deferred: [Place]

        /// Whether it may have made its object in a time that the database has lost.
        var isSearched: Bool { claim.searchedSince != nil && intent.nativeID == nil }
    }

    private func send(
        _ write: OutboundWrite, claim: WorkClaim, deferred: [Place]
    ) throws(ConnectorFault) -> Send {
        let prepared = try connector.prepare(write)
        guard !prepared.covers.isEmpty || write.native == nil || write.needsExternalID else {
            throw ConnectorFault(
                .validation, code: "unwritable_field",
                message: "the connector has no request that writes \(write.changes.keys.sorted().map(\.name))",
                fix: "take the fields out of the connection's flows in the policy, or update Plumbline")
        }
        let request: [UInt8]
        do {
            request = try IntentCoding.encode(prepared)
        } catch {
            throw ConnectorFault(
                .validation, code: "unwritable_value", message: error.description,
                fix: "correct the value in the system that owns it")
        }
        let type = write.native?.type ?? connector.descriptor.capability(for: write.entity)?.nativeType ?? ""
        let intent = Intent(
            id: ids.next(session.now), place: claim.place, nativeType: type, nativeID: write.native?.id,
            key: write.creationKey, ordinal: claim.ordinal, laneEpoch: claim.work.lane.epoch, request: request)
        return Send(prepared: prepared, intent: intent, claim: claim, deferred: deferred)
    }

    private func carryOut(_ round: Round, _ calls: HaltingSession) async -> [EgressResult] {
        let searched = round.sends.filter(\.isSearched)
        let sends = round.sends.filter { !$0.isSearched }
        let results = await lookUps.settle(
            searched.map {
                LookUps.Question(
                    prepared: $0.prepared, intent: $0.intent, claim: $0.claim, deferred: $0.deferred,
                    searchedSince: $0.claim.searchedSince)
            }, calls)
        guard !sends.isEmpty else { return results }
        let outcomes = await connector.send(sends.map(\.prepared), session: calls)
        let step = outcomeStep
        return results
            + zip(sends, outcomes).map { send, outcome in
                round.plan.concluding(
                    step.result(
                        of: outcome.redacted(by: session), write: send.prepared, intent: send.intent.id,
                        claim: send.claim,
                        deferred: send.deferred))
            }
    }

    private func refused(_ claim: WorkClaim, _ fault: ConnectorFault) -> EgressResult {
        var result = EgressResult(claim, .dead(fault))
        let named = Set(fault.fields).intersection(claim.command.desired.keys).subtracting(claim.work.held)
        if !named.isEmpty {
            result.ending = .goesOn
            result.held = named
            result.letter = fault
        }
        return result
    }

    private var lookUps: LookUps {
        LookUps(
            connector: connector, session: session, store: store, step: outcomeStep, absentAfter: absentAfter)
    }

    private var outcomeStep: OutcomeStep {
        OutcomeStep(descriptor: connector.descriptor, connection: session.declaration.id, now: session.now) {
            failure, attempt in
            RetrySchedule.standard.delay(attempt: attempt, after: failure, spread: spread())
        }
    }

    private static func references(of command: SyncCommand) -> [CanonicalID] {
        command.desired.values.flatMap { desired in
            (desired.value.value?.recordReferences ?? []).compactMap(\.canonicalID)
        }
    }
}
