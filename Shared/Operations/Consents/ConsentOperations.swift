public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Has people asked at vendors whether their accounts may be connected.
public struct ConsentOperations: Sendable {
    private let pool: PostgresPool
    private let now: @Sendable () -> Instant

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Instant) {
        self.pool = pool
        self.now = now
    }

    /// A consent that has begun.
    public struct Begun: Sendable {
        /// Its id.
        public var id: CanonicalID
        /// The vendor's name as people write it.
        public var title: String
        /// What to open in a browser; a secret until it has been used.
        public var url: String
        /// Until when it is good.
        public var expiresAt: Instant
    }

    /// Begins a consent, recorded in the audit log.
    ///
    /// - Throws: `OperationFailure` where nobody can be asked for that connection, with what to do.
    public func begin(_ connection: ConnectionID, by name: String) async throws -> Begun {
        guard let offer = try await pool.run(Consents.offer(of: connection)) else {
            throw OperationFailure(
                "no adapter has said how \(connection) is connected; see its name in `plumbline connections list`, "
                    + "and that its adapter runs in this version")
        }
        if let obstacle = offer.way.obstacle {
            throw OperationFailure("\(connection) cannot be connected by consent: \(obstacle)")
        }
        let state = ConsentState.make()
        let verifier = offer.way.provesKey ? CodeVerifier.make() : nil
        guard let url = offer.url(state: state, verifier: verifier) else {
            throw OperationFailure("\(connection) cannot be connected by consent now")
        }
        let moment = now()
        let id = IDSource.random.next(moment)
        let sealed = try verifier.map { try state.seal($0, for: connection) }
        let body = JSONValue.object([
            "operation": "connections authorize", "consent": .string(id.description), "outcome": "asked",
        ])
        let entry = AuditEntry(
            id: IDSource.random.next(moment), at: moment,
            note: AuditNote(.operated, connection: connection, actor: name, body: body.serialised()))
        return try await pool.withTransaction { transaction in
            let end = try await transaction.run(
                Consents.begin(
                    id, of: connection, stateDigest: state.digest, sealedVerifier: sealed, by: name))
            guard let end else {
                throw OperationFailure(
                    "\(Consents.mostOpen) consents of \(connection) are open; use one of them, or wait until one has "
                        + "run out, which takes ten minutes at most")
            }
            try await transaction.commit(running: [AuditLog.insert([entry])])
            return Begun(id: id, title: offer.title, url: url, expiresAt: end)
        }
    }

    /// How a consent stands.
    public enum Standing: Sendable, Hashable {
        /// Nobody has answered yet.
        case open
        /// The account is connected; its id where the vendor tells it.
        case connected(account: String?)
        /// It is over without that; in words why, and what to do.
        case over(String)
    }

    /// How a consent stands now.
    ///
    /// - Throws: `OperationFailure` when there is none of that id.
    public func standing(of id: CanonicalID) async throws -> Standing {
        guard let consent = try await pool.run(Consents.find(id)) else {
            throw OperationFailure("there is no consent \(id)")
        }
        let anew = "to begin anew: \(ConsentOffer.command(for: consent.connection))"
        switch consent.outcome {
        case .connected: return .connected(account: consent.vendorAccount)
        case .denied: return .over("whoever was asked did not agree; \(anew)")
        case .refused:
            return .over(
                "the vendor gave no tokens; the page in the browser and the adapter's log say why; \(anew)")
        case .otherAccount:
            let found = consent.vendorAccount.map { "the account \($0)" } ?? "an unnamed account"
            return .over("consent was given for \(found), which is not the connection's; nothing was kept; \(anew)")
        case nil: return consent.isExpired ? .over("nobody has answered in time; \(anew)") : .open
        }
    }
}
