public import CanonicalModel
public import Logging
internal import SyncCore
internal import SyncStore

/// Reads what is dirty at one connection and hands on what has changed.
public struct IngestLoop: Sendable {
    private let connector: any Connector
    private let session: any VendorSession
    private let store: any AdapterStore
    private let ids: IDSource
    private let limit: Int
    private let spread: @Sendable () -> Double
    private let logger: Logger

    /// Takes the parts.
    ///
    /// - Parameter spread: numbers from 0 to 1 that keep retries from coming together.
    public init(
        connector: any Connector, session: any VendorSession, store: any AdapterStore, ids: IDSource = .random,
        limit: Int = 100, spread: @escaping @Sendable () -> Double = { .random(in: 0...1) }, logger: Logger
    ) {
        self.connector = connector
        self.session = session
        self.store = store
        self.ids = ids
        self.limit = limit
        self.spread = spread
        self.logger = logger
    }

    /// Reads one claim's worth.
    ///
    /// - Returns: whether there may be more at once.
    public func round() async throws -> Bool {
        let claimed = session.now
        let claims = try await store.claimDirty(of: session.declaration.id, limit: limit)
        guard !claims.isEmpty else { return false }
        do {
            try await store.holding(claims.map(\.lane), claimed: claimed, now: { session.now }) { _ in
                try await read(claims)
            }
        } catch {
            // Nothing was changed anywhere: others may read at once.
            try? await store.release(claims.map(\.lane))
            throw error
        }
        return claims.count == limit
    }

    private func read(_ claims: [DirtyTable.Claim]) async throws {
        let connection = session.declaration.id
        let readAt = session.now
        let reading = await Reading(claims, connector: connector, session: session)
        let knowledge = try await store.knowledge(
            of: reading.keys(connection: connection), bearing: reading.externalIDs(connection: connection),
            connection: connection)
        var round = IngestRound(
            connection: connection, role: session.declaration.role, descriptor: connector.descriptor,
            knowledge: knowledge, ids: ids, now: session.now, readAt: readAt)
        round.note(reading.callFault.map { CircuitSignal(session.redacted($0)) } ?? .answered)
        for claim in claims { settle(claim, reading, in: &round) }
        try await store.commit(round.commit)
    }

    private func settle(_ claim: DirtyTable.Claim, _ reading: Reading, in round: inout IngestRound) {
        if let fault = reading.faults[claim.native] {
            fail(claim, session.redacted(fault), ofCall: reading.callFault != nil, in: &round)
            return
        }
        for survivor in reading.merged[claim.native] ?? [] {
            round.takeMerged(claim.native, into: survivor, for: claim)
        }
        if reading.gone.contains(claim.native) { round.takeGone(claim.native, for: claim) }
        let isSettled = round.take(reading.observations[claim.native] ?? [], for: claim)
        round.finish(claim, retryAfter: isSettled ? nil : Self.wait(since: claim.hintedAt, now: session.now))
    }

    /// When an object is to be read again that may be one of ours, or was read too early.
    ///
    /// Most are clear within a moment; a create of unknown outcome may take minutes, and its vendor's calls are better spent.
    static func wait(since hint: Instant, now: Instant) -> Duration {
        let age = Duration.microseconds(now.microseconds - hint.microseconds)
        return min(max(age / 4, .milliseconds(500)), .seconds(5))
    }

    /// Puts an object off that could not be read, or gives it up.
    ///
    /// - Parameter ofCall: whether the whole call failed, so that an answer that nobody can read says nothing of the object.
    private func fail(
        _ claim: DirtyTable.Claim, _ fault: ConnectorFault, ofCall: Bool, in round: inout IngestRound
    ) {
        logger.warning(
            "An object could not be read",
            metadata: [
                "system.origin": "\(session.declaration.id)", "external.id": "\(claim.native)",
                "error.code": "\(fault.code)", "error": "\(fault.message)", "fix": "\(fault.fix)",
            ])
        let failure: FailureClass = fault.failureClass == .undecodable && ofCall ? .transient : fault.failureClass
        // A probe's failure is the connection's: the object is not given up for it.
        let attempt = claim.isProbe ? 1 : claim.attempts + 1
        let wait = RetrySchedule.standard.delay(
            attempt: attempt, after: failure, serverDelay: fault.retryAfter ?? .zero,
            spread: spread())
        if let wait {
            round.finish(claim, retryAfter: wait, failure: fault.message)
        } else {
            round.bury(claim, fault)
        }
    }
}
