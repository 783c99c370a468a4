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
    private let logger: Logger

    /// How often an object is read before a person is asked.
    private static let attempts = 8

    /// Takes the parts.
    public init(
        connector: any Connector, session: any VendorSession, store: any AdapterStore, ids: IDSource = .random,
        limit: Int = 100, logger: Logger
    ) {
        self.connector = connector
        self.session = session
        self.store = store
        self.ids = ids
        self.limit = limit
        self.logger = logger
    }

    /// Reads one claim's worth.
    ///
    /// - Returns: whether there may be more at once.
    public func round() async throws -> Bool {
        let claims = try await store.claimDirty(of: session.declaration.id, limit: limit)
        guard !claims.isEmpty else { return false }
        do {
            try await store.holding(claims.map(\.lane)) { try await read(claims) }
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
        let knowledge = try await store.knowledge(of: reading.keys(connection: connection), connection: connection)
        var round = IngestRound(
            connection: connection, role: session.declaration.role, descriptor: connector.descriptor,
            knowledge: knowledge, ids: ids, now: session.now, readAt: readAt)
        for claim in claims { settle(claim, reading, in: &round) }
        try await store.commit(round.commit)
    }

    private func settle(_ claim: DirtyTable.Claim, _ reading: Reading, in round: inout IngestRound) {
        if let fault = reading.faults[claim.native] {
            fail(claim, session.redacted(fault), in: &round)
            return
        }
        for survivor in reading.merged[claim.native] ?? [] {
            round.takeMerged(claim.native, into: survivor, for: claim)
        }
        if reading.gone.contains(claim.native) { round.takeGone(claim.native, for: claim) }
        let isSettled = round.take(reading.observations[claim.native] ?? [], for: claim)
        round.finish(claim, retryAfter: isSettled ? nil : .milliseconds(500))
    }

    private func fail(_ claim: DirtyTable.Claim, _ fault: ConnectorFault, in round: inout IngestRound) {
        logger.warning(
            "An object could not be read",
            metadata: [
                "system.origin": "\(session.declaration.id)", "external.id": "\(claim.native)",
                "error.code": "\(fault.code)", "error": "\(fault.message)", "fix": "\(fault.fix)",
            ])
        switch fault.failureClass {
        case .validation, .undecodable:
            round.bury(claim, fault)
        case .transient where claim.attempts + 1 >= Self.attempts:
            round.bury(claim, fault)
        default:
            let wait = fault.retryAfter ?? .seconds(min(1 << min(claim.attempts, 8), 300))
            round.finish(claim, retryAfter: wait, failure: fault.message)
        }
    }
}
