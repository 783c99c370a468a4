public import CanonicalModel
public import Logging
internal import Messaging
internal import SyncCore

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
    private let logger: Logger

    /// Takes the parts.
    public init(
        connector: any Connector, session: any VendorSession, store: any AdapterStore, ids: IDSource = .random,
        limit: Int = 50, logger: Logger
    ) {
        self.connector = connector
        self.session = session
        self.store = store
        self.ids = ids
        self.limit = limit
        self.logger = logger
    }

    /// Does one claim's worth.
    ///
    /// - Returns: whether there may be more at once.
    public func round() async throws -> Bool {
        let connection = session.declaration.id
        let claims = try await store.claimWork(of: connection, limit: limit)
        guard !claims.isEmpty else { return false }
        var results: [WorkResult] = []
        for claim in claims where claim.unsettled != nil { results.append(await settleUnknown(claim)) }
        let fresh = claims.filter { $0.unsettled == nil }
        let places = try await store.places(
            of: Set(fresh.flatMap { Self.references(of: $0.command) }), connection: connection)
        let plan = EgressPlan(descriptor: connector.descriptor, connection: connection, places: places)
        var sends: [Send] = []
        for claim in fresh {
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
        results += try await carryOut(sends)
        try await store.settle(results, connection: connection)
        return true
    }

    /// A write with its intent.
    private struct Send {
        var prepared: PreparedWrite
        var intent: WriteIntent
        var claim: WorkClaim
        var deferred: [WorkResult.PlaceKey]
    }

    private func send(
        _ write: OutboundWrite, claim: WorkClaim, deferred: [WorkResult.PlaceKey]
    ) throws(ConnectorFault) -> Send {
        let prepared = try connector.prepare(write)
        let descriptor = connector.descriptor
        let request: [UInt8]
        do {
            request = try IntentCoding.encode(prepared)
        } catch {
            throw ConnectorFault(
                .validation, code: "unwritable_value", message: error.description,
                fix: "correct the value in the system that owns it")
        }
        let type = write.native?.type ?? descriptor.capability(for: write.entity)?.nativeType ?? ""
        let intent = WriteIntent(
            id: ids.next(session.now), record: write.record, entity: write.entity, connection: session.declaration.id,
            nativeType: type, native: write.native, key: write.creationKey, ordinal: claim.ordinal, lane: claim.lane,
            epoch: claim.epoch, absentAfter: descriptor.requestCeiling + descriptor.indexLag, request: request)
        return Send(prepared: prepared, intent: intent, claim: claim, deferred: deferred)
    }

    private func carryOut(_ sends: [Send]) async throws -> [WorkResult] {
        guard !sends.isEmpty else { return [] }
        try await store.open(sends.map(\.intent))
        let outcomes = await connector.send(sends.map(\.prepared), session: session)
        let step = outcomeStep
        return zip(sends, outcomes).map { send, outcome in
            step.result(
                of: outcome, write: send.prepared, intent: send.intent.id, claim: send.claim, deferred: send.deferred)
        }
    }

    /// Settles an attempt whose outcome is not known before anything newer is sent.
    private func settleUnknown(_ claim: WorkClaim) async -> WorkResult {
        guard let intent = claim.unsettled else { return WorkResult(claim, .goesOn) }
        let step = outcomeStep
        do {
            let prepared = try IntentCoding.decode(intent)
            switch try await connector.lookUp(prepared, session: session) {
            case .found(let native):
                return step.found(native, write: prepared, intent: intent.id, claim: claim)
            case .absent where intent.mayBeAbsent:
                return step.absent(intent: intent.id, claim: claim)
            case .absent:
                return WorkResult(claim, .retry(after: .seconds(2), fault: Self.notYetAbsent))
            case .repeatRequest:
                let outcome = await connector.send([prepared], session: session).first
                guard let outcome else { return WorkResult(claim, .goesOn) }
                return step.result(of: outcome, write: prepared, intent: intent.id, claim: claim)
            }
        } catch let fault as ConnectorFault {
            return WorkResult(claim, .retry(after: fault.retryAfter ?? .seconds(5), fault: fault))
        } catch {
            return WorkResult(
                claim,
                .dead(
                    ConnectorFault(
                        .undecodable, code: "intent", message: "the stored request cannot be read: \(error)",
                        fix: "look in the vendor whether it was carried out, then replay")))
        }
    }

    private func refused(_ claim: WorkClaim, _ fault: ConnectorFault) -> WorkResult {
        var result = WorkResult(claim, .dead(fault))
        let named = Set(fault.fields).intersection(claim.command.desired.keys).subtracting(claim.held)
        if !named.isEmpty {
            result.ending = .goesOn
            result.held = named
            result.letter = fault
        }
        return result
    }

    private var outcomeStep: OutcomeStep {
        OutcomeStep(descriptor: connector.descriptor, connection: session.declaration.id, now: session.now) {
            failure, attempt in
            var generator = SystemRandomNumberGenerator()
            let known = RetrySchedule.FailureClass(rawValue: failure.rawValue) ?? .transient
            return RetrySchedule.standard.delay(attempt: attempt, after: known, using: &generator)
        }
    }

    private static func references(of command: SyncCommand) -> [CanonicalID] {
        command.desired.values.flatMap { desired in
            (desired.value.value?.recordReferences ?? []).compactMap(\.canonicalID)
        }
    }

    private static let notYetAbsent = ConnectorFault(
        .unknownOutcome, code: "not_yet_absent",
        message: "the vendor shows nothing of an unanswered request, but it may still come",
        fix: "nothing to do: it is looked up again when the vendor's time for it is over")
}
