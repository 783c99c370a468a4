public import CanonicalModel
public import ConnectorKit
public import Postgres
import SyncCore
public import SyncStore
import Synchronization
public import VendorHTTP

/// OAuth tokens of an account, sealed in Postgres and refreshed by one replica at a time.
///
/// A vendor that rotates refresh tokens takes each of them once: the new one is stored before the new access token is used,
/// under the account's row lock, and whoever waited for the lock finds it there.
public final class AccountTokens: TokenSource {
    private let account: String
    private let declaration: ConnectionDeclaration
    private let settings: OAuthSettings
    private let accounts: Accounts
    private let pool: PostgresPool
    private let transport: any HTTPTransport
    private let redactor: Redactor
    private let clock: @Sendable () -> Instant
    private let known = Mutex<Known?>(nil)
    private let unstored = Mutex<Unstored?>(nil)
    private let refusal = Mutex<Refusal?>(nil)

    private struct Known {
        var token: String
        var expiresAt: Instant?
    }

    /// Tokens that the vendor has given, and that the database did not take: the refresh token in the row is spent, and using
    /// it again would cost the connection.
    private struct Unstored {
        let version: Int64
        let tokens: Accounts.Refreshed
    }

    /// The vendor's no to a refresh: whoever asks soon after gets it again, and the vendor is left in peace.
    private struct Refusal {
        let version: Int64
        let fault: ConnectorFault
        let until: Instant
    }

    /// For how long a refusal is not asked for again, in seconds; other credentials are asked for at once.
    private static let refusalHolds: Int64 = 30
    /// A token that ends within this time is renewed first.
    private static let margin: Int64 = 60_000_000

    /// Takes the parts.
    ///
    /// - Parameter redactor: learns each token before it is used.
    public init(
        _ declaration: ConnectionDeclaration, settings: OAuthSettings, accounts: Accounts, pool: PostgresPool,
        transport: any HTTPTransport, redactor: Redactor, clock: @escaping @Sendable () -> Instant
    ) {
        account = declaration.account
        self.declaration = declaration
        self.settings = settings
        self.accounts = accounts
        self.pool = pool
        self.transport = transport
        self.redactor = redactor
        self.clock = clock
    }

    /// The access token, renewed where it is about to end.
    public func token() async throws(ConnectorFault) -> String {
        if let known = known.withLock({ $0 }), !isEnding(known.expiresAt) { return known.token }
        return try await renewed { [self] credentials, tokens in
            tokens.accessToken.flatMap { isEnding(credentials.expiresAt) ? nil : $0 }
        }
    }

    /// A token other than the one that was refused.
    public func token(insteadOf refused: String) async throws(ConnectorFault) -> String {
        known.withLock { known in if known?.token == refused { known = nil } }
        return try await renewed { _, tokens in tokens.accessToken.flatMap { $0 == refused ? nil : $0 } }
    }

    /// The stored token if it will do, else one that a refresh brings.
    private func renewed(
        unless usable: (Accounts.Credentials, StoredTokens) -> String?
    ) async throws(ConnectorFault) -> String {
        do {
            var credentials = try await stored()
            if let tokens = StoredTokens(credentials.secret) {
                learn(tokens)
                if let token = usable(credentials, tokens) { return remember(token, until: credentials.expiresAt) }
            }
            credentials = try await accounts.refresh(account, after: credentials.version, on: pool) { [self] current in
                if let kept = unstored.withLock({ $0 }), kept.version == current.version { return kept.tokens }
                let tokens = try await refreshUnlessRefused(current)
                unstored.withLock { $0 = Unstored(version: current.version, tokens: tokens) }
                return tokens
            }
            unstored.withLock { $0 = nil }
            guard let tokens = StoredTokens(credentials.secret), let token = tokens.accessToken else {
                throw unreadable
            }
            learn(tokens)
            return remember(token, until: credentials.expiresAt)
        } catch let fault as ConnectorFault {
            throw fault
        } catch {
            throw ConnectorFault(
                .transient, code: "tokens_unknown", message: "the account's tokens cannot be read: \(error)",
                fix:
                    "nothing to do where the database is away; else see that the master key is the one they were sealed under: "
                    + "plumbline keys list shows it"
            )
        }
    }

    /// The account's row; made from the declared refresh token where there is none, or where another one is declared now.
    ///
    /// Where none is declared, it is the row that somebody's consent has made.
    private func stored() async throws -> Accounts.Credentials {
        let found = try await pool.run(accounts.find(account))
        let tokens = found.flatMap { StoredTokens($0.secret) }
        guard let declared = declaration.secrets["refresh_token"] else {
            guard let found else { throw notAuthorised }
            return found
        }
        if let found, let tokens, tokens.origin == StoredTokens.digest(declared) { return found }
        let begun = Accounts.Refreshed(secret: StoredTokens(declared: declared).secret, expiresAt: nil)
        try await pool.run(accounts.begin(begun, of: account, replacing: found?.version))
        guard let made = try await pool.run(accounts.find(account)) else { throw unreadable }
        return made
    }

    /// Every read and write of a connection asks for a token: one that is refused would be asked for many times a second.
    private func refreshUnlessRefused(_ current: Accounts.Credentials) async throws -> Accounts.Refreshed {
        if let refusal = refusal.withLock({ $0 }), refusal.version == current.version, clock() < refusal.until {
            throw refusal.fault
        }
        do {
            return try await refresh(current)
        } catch let fault as ConnectorFault where fault.failureClass == .authentication {
            refusal.withLock {
                $0 = Refusal(
                    version: current.version, fault: fault, until: clock().advanced(bySeconds: Self.refusalHolds))
            }
            throw fault
        }
    }

    private func refresh(_ current: Accounts.Credentials) async throws -> Accounts.Refreshed {
        guard var tokens = StoredTokens(current.secret) else { throw unreadable }
        let request = try TokenGrant.refresh(tokens.refreshToken).request(declaration, settings)
        learn(tokens)
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw ConnectorFault(transport: error, isSafe: true)
        }
        guard response.status == 200 else { throw refused(response) }
        let answer = (try? JSONValue(parsing: response.body)) ?? .null
        let expiresAt = try tokens.take(answer, expiry: settings.expiry, now: clock())
        learn(tokens)
        return Accounts.Refreshed(secret: tokens.secret, expiresAt: expiresAt)
    }

    /// Makes the tokens known as secrets, and the declared ones again, so that they outlive the tokens that come and go.
    private func learn(_ tokens: StoredTokens) {
        for secret in declaration.secrets.values { redactor.register(secret) }
        redactor.register(tokens.refreshToken)
        if let token = tokens.accessToken { redactor.register(token) }
    }

    private func remember(_ token: String, until expiresAt: Instant?) -> String {
        known.withLock { $0 = Known(token: token, expiresAt: expiresAt) }
        return token
    }

    private func isEnding(_ expiresAt: Instant?) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt.microseconds - Self.margin < clock().microseconds
    }

    private func refused(_ response: HTTPResponse) -> ConnectorFault {
        let isPassing = response.status == 429 || response.status >= 500
        return ConnectorFault(
            isPassing ? .transient : .authentication, code: "token_refresh_\(response.status)",
            message: "the vendor has refused to renew the access token of the account \(account)",
            fix: isPassing
                ? "nothing to do: it is tried again" : anew)
    }

    /// The code of the fault that nobody has connected the account yet: whoever waits for that asks again in a moment.
    static let notAuthorised = "not_authorised"

    private var notAuthorised: ConnectorFault {
        ConnectorFault(
            .authentication, code: Self.notAuthorised,
            message: "the connection \(declaration.id) is not authorised yet",
            fix: ConsentOffer.command(for: declaration.id))
    }

    private var unreadable: ConnectorFault {
        ConnectorFault(
            .authentication, code: "tokens_unreadable", message: "the stored tokens have another form", fix: anew)
    }

    /// How an account is connected anew.
    private var anew: String {
        let token = "put a new refresh token where the connection's file says"
        guard settings.consent != nil else { return "connect the account anew: \(token)" }
        return "connect the account anew: \(ConsentOffer.command(for: declaration.id)), or \(token)"
    }
}
