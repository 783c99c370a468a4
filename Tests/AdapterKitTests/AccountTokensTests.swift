import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing
import VendorHTTP

@testable import AdapterKit

@Suite("Tokens of an account", .database)
struct AccountTokensTests {
    private static let key = [UInt8](repeating: 7, count: 32)

    private func tokens(
        _ pool: PostgresPool, _ endpoint: TokenEndpoint, declared: String = "r0",
        by client: OAuthSettings.ClientAuthentication = .basic, redactor: Redactor = Redactor(),
        clock: @escaping @Sendable () -> Instant = Adapter.clock
    ) throws -> AccountTokens {
        let declaration = ConnectionDeclaration(
            id: ConnectionID("books"), vendor: "memory", role: .ledger, baseURL: "http://127.0.0.1",
            secrets: ["client_id": "id", "client_secret": "a/b+c", "refresh_token": declared])
        return AccountTokens(
            declaration,
            settings: OAuthSettings(
                tokenPath: "/token", clientAuthentication: client, expiry: .expiresIn, rotatesRefreshToken: true),
            accounts: Accounts(box: try SecretBox(current: Self.key)), pool: pool, transport: endpoint,
            redactor: redactor, clock: clock)
    }

    private func withStore(_ body: (PostgresPool) async throws -> Void) async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await Migrator(SyncStore.migrations()).migrate(on: pool)
            try await body(pool)
        }
    }

    @Test("Replicas that need a token at once make one refresh, and each rotated refresh token is used once")
    func singleFlight() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint()
            let replicas = try (0..<4).map { _ in try tokens(pool, endpoint) }
            let first = try await withThrowingTaskGroup(of: String.self) { group in
                for replica in replicas { group.addTask { try await replica.token() } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(first == ["a1"])
            let second = try await withThrowingTaskGroup(of: String.self) { group in
                for replica in replicas { group.addTask { try await replica.token(insteadOf: "a1") } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(second == ["a2"])
            #expect(endpoint.refreshTokens == ["r0", "r1"])
        }
    }

    @Test("Tokens are sealed at rest: no part of one is in the row (R18.4)")
    func sealed() async throws {
        try await withStore { pool in
            // Long enough that sealed bytes do not show it by chance.
            let endpoint = TokenEndpoint(naming: "accessing-", renewing: "refreshing-")
            let access = try await tokens(pool, endpoint).token()
            #expect(access == "accessing-1")
            let row = try await pool.query("select encode(sealed, 'escape') from account")
            let text = try row[0][0, as: String.self]
            #expect(!text.isEmpty)
            for part in ["accessing", "refreshing", "access_token"] { #expect(!text.contains(part)) }
        }
    }

    @Test("A token that is about to end is renewed before it is used")
    func ending() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint()
            let box = Later(start: Adapter.clock())
            let source = try tokens(pool, endpoint) { box.now }
            #expect(try await source.token() == "a1")
            #expect(try await source.token() == "a1")
            box.add(seconds: 3_550)
            #expect(try await source.token() == "a2")
        }
    }

    @Test("Tokens that the database did not take are kept, and stored at the next try: the vendor is not asked again")
    func unstored() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint()
            let source = try tokens(pool, endpoint)
            endpoint.meanwhile {
                // The transaction that holds the account's row.
                try await pool.execute(
                    """
                    select pg_terminate_backend(pid) from pg_locks
                    where relation = 'account'::regclass and mode = 'RowShareLock' and pid <> pg_backend_pid()
                    """)
            }
            await #expect(throws: ConnectorFault.self) { try await source.token() }
            #expect(try await source.token() == "a1")
            #expect(try await tokens(pool, endpoint).token() == "a1", "another replica finds it")
            #expect(endpoint.refreshTokens == ["r0"])
        }
    }

    @Test("A refresh token that a person has put in anew takes the place of what was stored")
    func reconnected() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint()
            _ = try await tokens(pool, endpoint).token()
            endpoint.accept("fresh")
            _ = try await tokens(pool, endpoint, declared: "fresh").token()
            #expect(endpoint.refreshTokens == ["r0", "fresh"])
        }
    }

    @Test("A refused refresh says what to do, and a server that fails passes; neither loses the stored token")
    func refused() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint()
            endpoint.answer(503)
            await #expect { try await tokens(pool, endpoint).token() } throws: {
                ($0 as? ConnectorFault)?.failureClass == .transient
            }
            endpoint.answer(400)
            await #expect { try await tokens(pool, endpoint).token() } throws: {
                ($0 as? ConnectorFault)?.failureClass == .authentication
            }
            let token = try await tokens(pool, endpoint).token()
            #expect(token == "a1")
        }
    }

    @Test("A refused refresh is not asked for again at once, only after a while or when a person has put in another")
    func heldRefusal() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint()
            let clock = Later(start: Adapter.clock())
            let source = try tokens(pool, endpoint, declared: "revoked") { clock.now }
            for _ in 0..<5 {
                await #expect { try await source.token() } throws: {
                    ($0 as? ConnectorFault)?.code == "token_refresh_400"
                }
            }
            #expect(endpoint.bodies.count == 1)
            clock.add(seconds: 31)
            await #expect(throws: ConnectorFault.self) { try await source.token() }
            #expect(endpoint.bodies.count == 2)
            #expect(try await tokens(pool, endpoint) { clock.now }.token() == "a1")
        }
    }

    @Test("Every token is known to the redactor before it is used, and the declared secrets stay known (R18.4)")
    func learned() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint(naming: "a-long-token-")
            let redactor = Redactor()
            let tokens = try tokens(pool, endpoint, declared: "r0", redactor: redactor)
            let first = try await tokens.token()
            let second = try await tokens.token(insteadOf: first)
            #expect(first != second)
            #expect(redactor.text("the vendor says: \(first), \(second)") == "the vendor says: ***, ***")
            // Another replica finds the stored token and learns it.
            let other = Redactor()
            #expect(try await self.tokens(pool, endpoint, declared: "r0", redactor: other).token() == second)
            #expect(other.text("the vendor says: \(second)") == "the vendor says: ***")
        }
    }

    @Test("The client names itself as the vendor wants it, with its secret escaped")
    func client() async throws {
        try await withStore { pool in
            let endpoint = TokenEndpoint()
            _ = try await tokens(pool, endpoint, by: .form).token()
            #expect(endpoint.bodies.last?.contains("client_secret=a%2Fb%2Bc") == true)
            #expect(endpoint.authorizations.last == .some(nil))
            _ = try await tokens(pool, endpoint, by: .basic).token(insteadOf: "a1")
            #expect(endpoint.authorizations.last == "Basic aWQ6YS9iK2M=")
        }
    }
}

/// A clock that is put forward by hand.
private final class Later: Sendable {
    private let time: Mutex<Instant>

    init(start: Instant) { time = Mutex(start) }

    var now: Instant { time.withLock { $0 } }

    func add(seconds: Int64) {
        time.withLock { $0 = Instant(microseconds: $0.microseconds + seconds * 1_000_000) }
    }
}

/// A token endpoint that takes each refresh token once.
private final class TokenEndpoint: HTTPTransport {
    private struct State {
        var valid: Set<String> = ["r0"]
        var used: [String] = []
        var bodies: [String] = []
        var authorizations: [String?] = []
        var statuses: [Int] = []
        var meanwhile: (@Sendable () async throws -> Void)?
    }

    private let state = Mutex(State())
    private let prefix: String
    private let renewal: String

    /// - Parameters:
    ///   - prefix: begins each access token.
    ///   - renewal: begins each refresh token.
    init(naming prefix: String = "a", renewing renewal: String = "r") {
        self.prefix = prefix
        self.renewal = renewal
    }

    var refreshTokens: [String] { state.withLock { $0.used } }
    var bodies: [String] { state.withLock { $0.bodies } }
    var authorizations: [String?] { state.withLock { $0.authorizations } }

    func answer(_ status: Int) { state.withLock { $0.statuses.append(status) } }

    func accept(_ token: String) { state.withLock { _ = $0.valid.insert(token) } }

    /// Does something once, while the next answer is on its way.
    func meanwhile(_ body: @escaping @Sendable () async throws -> Void) { state.withLock { $0.meanwhile = body } }

    func send(_ request: HTTPRequest) async throws(VendorHTTPError) -> HTTPResponse {
        let body = String(decoding: request.body ?? [], as: UTF8.self)
        let meanwhile = state.withLock { state in
            defer { state.meanwhile = nil }
            return state.meanwhile
        }
        try? await meanwhile?()
        let (status, text) = state.withLock { state -> (Int, String) in
            state.bodies.append(body)
            state.authorizations.append(request.headers["Authorization"])
            if !state.statuses.isEmpty { return (state.statuses.removeFirst(), "{}") }
            let token = body.split(separator: "&").first { $0.hasPrefix("refresh_token=") }?.dropFirst(14) ?? ""
            guard state.valid.remove(String(token)) != nil else { return (400, #"{"error":"invalid_grant"}"#) }
            state.used.append(String(token))
            let number = state.used.count
            let next = "\(renewal)\(number)"
            state.valid.insert(next)
            return (200, #"{"access_token":"\#(prefix)\#(number)","refresh_token":"\#(next)","expires_in":3600}"#)
        }
        return HTTPResponse(status: status, body: Array(text.utf8))
    }
}
