import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing
import VendorHTTP

@testable import AdapterKit

/// A connection whose account is connected by consent, at a vendor in memory, on a real database.
struct ConsentBench: Sendable {
    static let connection = ConnectionID("books")
    static let settings = OAuthSettings(
        tokenPath: "/token", clientAuthentication: .basic, expiry: .expiresIn, rotatesRefreshToken: true,
        consent: ConsentSettings(
            baseURL: "https://ask.example", path: "/authorize", scopes: .named(["read", "write"]), provesKey: true))
    static let descriptor = ConnectorDescriptor(
        vendor: "memory", title: "Memory & Sons", roles: [.ledger], entities: [], pollStreams: [],
        authentication: .oauth(settings), rateLimit: RateLimit(burst: 100, perSecond: 100), requestCeiling: .zero,
        indexLag: .zero)

    let pool: PostgresPool
    let vendor = ConsentVendor()
    let accounts: Accounts
    let redactor = Redactor()
    let lines: Lines
    private let logger: Logger

    /// What was logged.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }

        var all: [String] { lines.withLock { $0 } }
    }

    static func open(_ body: (ConsentBench) async throws -> Void) async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await Migrator(SyncStore.migrations()).migrate(on: pool)
            let bench = try ConsentBench(pool)
            try await pool.run(
                Connections.declare(
                    .init(
                        capabilities: ConnectionCapabilities(connection: connection, role: .ledger, entities: []),
                        vendor: "memory", account: "books", baseURL: "https://vendor.example"))
                    + [RateBudgets.declare("books", burst: 100, perSecond: 100)])
            try await bench.declare(bench.declaration())
            try await body(bench)
        }
    }

    private init(_ pool: PostgresPool) throws {
        self.pool = pool
        accounts = Accounts(box: try SecretBox(current: [UInt8](repeating: 7, count: 32)))
        let lines = Lines()
        self.lines = lines
        logger = Logger(label: "test") { _ in LineRecorder { lines.add($0) } }
    }

    func declaration(refreshToken: String? = nil, vendorAccount: String? = "acct-1") -> ConnectionDeclaration {
        var secrets = ["client_id": "the-client-id", "client_secret": "the-client-secret"]
        if let refreshToken { secrets["refresh_token"] = refreshToken }
        return ConnectionDeclaration(
            id: Self.connection, vendor: "memory", role: .ledger, account: "books", vendorAccount: vendorAccount,
            baseURL: "https://vendor.example", secrets: secrets)
    }

    func terms(_ declaration: ConnectionDeclaration) -> ConsentTerms {
        ConsentTerms(declaration: declaration, descriptor: Self.descriptor, publicURL: "https://hooks.example")
    }

    func declare(_ declaration: ConnectionDeclaration) async throws {
        try await pool.run(Consents.declare(terms(declaration).offer, account: "books"))
    }

    /// What one replica answers with.
    func exchange(_ declaration: ConnectionDeclaration? = nil) throws -> ConsentExchange {
        let declaration = declaration ?? self.declaration()
        return ConsentExchange(
            declaration: declaration, settings: Self.settings,
            redirectURI: try #require(terms(declaration).redirectURI), accounts: accounts, pool: pool,
            transport: vendor, redactor: redactor, ids: .random, clock: Adapter.clock, logger: logger
        ) { _, session throws(ConnectorFault) in
            let response = try await session.send(VendorRequest(.get, "/me"), isSafe: true)
            let body = (try? JSONValue(parsing: response.body)) ?? .null
            return body["account"].string
        }
    }

    /// A connection at work, as far as it needs tokens.
    func tokens(_ declaration: ConnectionDeclaration? = nil) -> AccountTokens {
        AccountTokens(
            declaration ?? self.declaration(), settings: Self.settings, accounts: accounts, pool: pool,
            transport: vendor, redactor: redactor, clock: Adapter.clock)
    }

    /// A consent that an operator has begun: its state, and the address.
    func begin(
        for connection: ConnectionID = ConsentBench.connection
    ) async throws -> (state: ConsentState, url: String) {
        let offer = try #require(try await pool.run(Consents.offer(of: Self.connection)))
        let state = ConsentState.make()
        let verifier = CodeVerifier.make()
        let end = try await pool.run(
            Consents.begin(
                IDSource.random.next(Adapter.clock()), of: connection, stateDigest: state.digest,
                sealedVerifier: state.seal(verifier, for: connection), by: "ada"))
        #expect(end != nil)
        return (state, try #require(offer.url(state: state, verifier: verifier)))
    }

    /// A consent that somebody has given; the browser is on its way back.
    func consented() async throws -> ConsentCallback {
        let begun = try await begin()
        return try #require(ConsentCallback(query: vendor.agree(at: begun.url)))
    }

    /// What the rows say of consents: the outcome of each, oldest first.
    func outcomes() async throws -> [Consent.Outcome?] {
        try await pool.run(Consents.recent(of: Self.connection)).reversed().map(\.outcome)
    }

    /// What is kept for the account.
    func kept() async throws -> StoredTokens? {
        try await pool.run(accounts.find("books")).flatMap { StoredTokens($0.secret) }
    }

    func routes(_ declaration: ConnectionDeclaration? = nil) throws -> ConsentRoutes {
        let exchange = try exchange(declaration)
        return ConsentRoutes(
            desks: ["books": .init(title: Self.descriptor.title) { await exchange.answer($0) }], logger: logger)
    }
}
