import CanonicalModel
import ConnectorKit
import Logging
import Postgres
import SyncCore
import SyncStore
import VendorHTTP

/// Takes the answers to consents of one connection, and exchanges their codes for tokens.
///
/// The consent's row is held from the look at its state to the commit that uses it up and stores the tokens, sealed like
/// renewed ones: of several call-backs, at whatever replicas, one makes the exchange. Where the vendor does not answer,
/// nothing has changed, and the same call-back may come again.
struct ConsentExchange: Sendable {
    /// Asks the vendor for which account consent was given.
    typealias AccountReader = @Sendable ([String: String], any VendorSession) async throws(ConnectorFault) -> String?

    let declaration: ConnectionDeclaration
    let settings: OAuthSettings
    let redirectURI: String
    let accounts: Accounts
    let pool: PostgresPool
    let transport: any HTTPTransport
    let redactor: Redactor
    let ids: IDSource
    let clock: @Sendable () -> Instant
    let logger: Logger
    let account: AccountReader
    /// One at a time in each process: whoever waits for a consent's row keeps a connection of the database meanwhile.
    private let turns = Turnstile()

    /// Both calls together are shorter than the database lets another replica wait for the row.
    private static let exchangeDeadline = Duration.seconds(12)
    private static let readDeadline = Duration.seconds(8)

    /// Settles a call-back.
    func answer(_ callback: ConsentCallback) async -> ConsentResult {
        guard let state = ConsentState(callback.state) else { return .unknown }
        do {
            let recent = try await pool.run(Consents.recent(of: declaration.id))
            guard let known = state.find(in: recent) else { return .unknown }
            try await turns.enter()
            defer { turns.leave() }
            // Never run again by itself: the vendor takes a code once.
            return try await pool.withTransaction(retries: 0) { transaction in
                guard let consent = try await transaction.run(Consents.hold(known.id)) else { return .unknown }
                switch ConsentVerdict(consent, callback.answer) {
                case .tell(let result): return result
                case .end(let outcome, let result):
                    try await end(consent, outcome, in: transaction)
                    return result
                case .exchange(let code):
                    return try await exchange(code, for: consent, state, callback, in: transaction)
                }
            }
        } catch {
            logger.error(
                "The answer to a consent could not be kept", metadata: ["error": "\(redactor.failure("\(error)"))"])
            return .notKept
        }
    }

    private func exchange(
        _ code: String, for consent: Consent, _ state: ConsentState, _ callback: ConsentCallback,
        in transaction: PostgresTransaction
    ) async throws -> ConsentResult {
        redactor.register(code)
        let verifier = try consent.sealedVerifier.map { try state.open($0, for: declaration.id) }
        let request = try TokenGrant.code(code, redirectURI: redirectURI, verifier: verifier)
            .request(declaration, settings, deadline: Self.exchangeDeadline)
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            note("A vendor did not answer when a code was to be exchanged", error.code.description)
            return .vendorAway
        }
        guard response.status != 429, response.status < 500 else {
            note("A vendor did not exchange a code now", "\(response.status)")
            return .vendorAway
        }
        let answer = (try? JSONValue(parsing: response.body)) ?? .null
        guard response.status == 200 else {
            let word = answer["error"].string.flatMap { Self.words.contains($0) ? $0 : nil }
            note("A vendor refused the code of a consent", word ?? "\(response.status)")
            try await end(consent, .refused, in: transaction)
            return .refused(word)
        }
        var tokens: StoredTokens
        let expiresAt: Instant
        do {
            tokens = try StoredTokens(granted: answer, superseding: declaration.secrets["refresh_token"])
            expiresAt = try tokens.take(answer, expiry: settings.expiry, now: clock())
        } catch {
            note("A vendor's answer to a code has no tokens", error.message)
            try await end(consent, .refused, in: transaction)
            return .refused(nil)
        }
        return try await keep(tokens, until: expiresAt, for: consent, callback.parameters, in: transaction)
    }

    /// Stores the tokens if they are those of the connection's account.
    private func keep(
        _ tokens: StoredTokens, until expiresAt: Instant, for consent: Consent, _ parameters: [String: String],
        in transaction: PostgresTransaction
    ) async throws -> ConsentResult {
        for secret in [tokens.refreshToken, tokens.accessToken].compactMap(\.self) { redactor.register(secret) }
        let found: String?
        do {
            found = try await account(parameters, session(tokens.accessToken ?? ""))
        } catch {
            note("The account of a consent could not be read", error.redacted(by: redactor).message)
            try await end(consent, .refused, in: transaction)
            return .unreadable
        }
        let before = try await transaction.run(Consents.lastAccount(of: declaration.id))
        if let expected = ConsentVerdict.mismatch(named: declaration.vendorAccount, before: before, found: found) {
            note("Consent was given for another account", found ?? "unknown")
            try await end(consent, .otherAccount, found, in: transaction)
            return .otherAccount(expected: expected, found: found)
        }
        let refreshed = Accounts.Refreshed(secret: tokens.secret, expiresAt: expiresAt)
        try await end(
            consent, .connected, found,
            with: [
                accounts.store(refreshed, of: declaration.account), Consents.connected(declaration.account),
                // What rests for want of credentials is tried at once.
                Circuits.untested(declaration.id, .reading), Circuits.untested(declaration.id, .writing),
            ], in: transaction)
        logger.notice("An account was connected by consent")
        return .connected(account: found, isNamed: declaration.vendorAccount != nil)
    }

    /// Uses up the consent, writes it into the audit log, and ends the transaction.
    private func end(
        _ consent: Consent, _ outcome: Consent.Outcome, _ found: String? = nil, with statements: [Statement<Void>] = [],
        in transaction: PostgresTransaction
    ) async throws {
        let now = clock()
        var body: JSONObject = [
            "operation": "connections authorize", "consent": .string(consent.id.description),
            "outcome": .string(outcome.rawValue),
        ]
        if let found { body["vendor_account"] = .string(found) }
        let entry = AuditEntry(
            id: ids.next(now), at: now,
            note: AuditNote(
                .operated, connection: declaration.id, actor: consent.askedBy,
                body: JSONValue.object(body).serialised()))
        try await transaction.commit(
            running: statements + [Consents.use(consent.id, outcome, vendorAccount: found), AuditLog.insert([entry])])
    }

    /// A session with tokens that are not kept yet.
    private func session(_ token: String) -> any VendorSession {
        LiveSession(
            declaration: declaration, transport: transport, tokens: StaticToken(token),
            budget: SharedRateBudget(account: declaration.account, pool: pool), redactor: redactor,
            deadline: Self.readDeadline, clock: clock)
    }

    private func note(_ message: Logger.Message, _ error: String) {
        logger.warning(message, metadata: ["error": "\(redactor.failure(error))"])
    }

    /// The words for refusals of a code (RFC 6749, section 5.2): no text of a stranger's making is shown.
    private static let words: Set<String> = [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
        "invalid_scope",
    ]
}
