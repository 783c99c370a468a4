import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("Consents", .database)
struct ConsentsTests {
    private static let books = ConnectionID("books")

    private func offer(isNeeded: Bool = true, obstacle: String? = nil) -> ConsentOffer {
        ConsentOffer(
            connection: Self.books, title: "Books",
            way: obstacle.map { .closed($0) } ?? .open(authorizeURL: "https://v.example/a?x=1", provesKey: true),
            isNeeded: isNeeded)
    }

    private func declare(_ pool: PostgresPool, _ offer: ConsentOffer) async throws {
        let declared = Connections.Declared(
            capabilities: ConnectionCapabilities(connection: Self.books, role: .ledger, entities: []),
            vendor: "v", account: "acme", baseURL: "https://v.example")
        try await pool.run(Connections.declare(declared) + Consents.declare(offer, account: "acme"))
    }

    private func begin(_ pool: PostgresPool, _ state: ConsentState = .make()) async throws -> CanonicalID? {
        let id = IDSource.random.next(Instant(seconds: 1_800_000_000))
        let end = try await pool.run(
            Consents.begin(id, of: Self.books, stateDigest: state.digest, sealedVerifier: [1, 2], by: "ada"))
        return end == nil ? nil : id
    }

    private func awaitedSince(_ pool: PostgresPool) async throws -> Instant? {
        try await pool.run(Connections.all).first?.health.awaitsConsentSince
    }

    @Test("What an adapter declares is what is offered, and another declaration takes its place")
    func offers() async throws {
        try await withStore { pool in
            #expect(try await pool.run(Consents.offer(of: Self.books)) == nil)
            try await declare(pool, offer())
            #expect(try await pool.run(Consents.offer(of: Self.books)) == offer())
            try await declare(pool, offer(isNeeded: false, obstacle: "no address"))
            let closed = try await pool.run(Consents.offer(of: Self.books))
            #expect(closed == offer(isNeeded: false, obstacle: "no address"))
            #expect(closed?.way.obstacle == "no address")
        }
    }

    @Test("A connection waits for a consent from the first time that it was needed until its account is connected")
    func awaited() async throws {
        try await withStore { pool in
            try await declare(pool, offer(isNeeded: false))
            #expect(try await awaitedSince(pool) == nil)
            try await declare(pool, offer())
            let since = try #require(try await awaitedSince(pool))
            try await declare(pool, offer())
            #expect(try await awaitedSince(pool) == since, "it has waited all the time")
            try await pool.run(Consents.connected("other"))
            #expect(try await awaitedSince(pool) == since)
            try await pool.run(Consents.connected("acme"))
            #expect(try await awaitedSince(pool) == nil)

            let accounts = Accounts(box: try SecretBox(current: Array(repeating: 7, count: 32)))
            try await pool.run(accounts.store(.init(secret: [1], expiresAt: nil), of: "acme"))
            try await declare(pool, offer())
            #expect(try await awaitedSince(pool) == nil, "there are credentials")
        }
    }

    @Test("A consent is open for ten minutes of the database's clock, and is used up with what came of it")
    func used() async throws {
        try await withStore { pool in
            let state = ConsentState.make()
            let id = try #require(try await begin(pool, state))
            let recent = try await pool.run(Consents.recent(of: Self.books))
            let consent = try #require(state.find(in: recent))
            #expect(consent.id == id && !consent.isExpired && consent.usedAt == nil && consent.askedBy == "ada")
            #expect(consent.sealedVerifier == [1, 2])
            let now = try await pool.query("select clock_timestamp()")[0][0, as: Instant.self]
            #expect((590...600).contains(consent.expiresAt.seconds(since: now)))
            #expect(try await pool.run(Consents.recent(of: ConnectionID("crm"))).isEmpty)

            try await pool.run(Consents.use(id, .connected, vendorAccount: "42"))
            let after = try #require(try await pool.run(Consents.find(id)))
            #expect(after.outcome == .connected && after.usedAt != nil && after.vendorAccount == "42")
            #expect(try await pool.run(Consents.lastAccount(of: Self.books)) == "42")
            #expect(try await pool.run(Consents.lastAccount(of: ConnectionID("crm"))) == nil)
        }
    }

    @Test("No more than twenty of a connection are open at once; those that are over make room")
    func bounded() async throws {
        try await withStore { pool in
            let first = try #require(try await begin(pool))
            for _ in 1..<Consents.mostOpen { #expect(try await begin(pool) != nil) }
            #expect(try await begin(pool) == nil)
            try await pool.run(Consents.use(first, .denied, vendorAccount: nil))
            #expect(try await begin(pool) != nil)
            #expect(try await begin(pool) == nil)
            try await pool.execute("update consent set expires_at = clock_timestamp() where used_at is null")
            #expect(try await begin(pool) != nil)
        }
    }

    @Test("Old consents go with the next declaration, but not those that say which account was connected")
    func retention() async throws {
        try await withStore { pool in
            let connected = try #require(try await begin(pool))
            _ = try await begin(pool)
            try await pool.run(Consents.use(connected, .connected, vendorAccount: "42"))
            try await pool.execute("update consent set asked_at = asked_at - interval '31 days'")
            let fresh = try #require(try await begin(pool))
            try await declare(pool, offer())
            let left = try await pool.query("select id from consent order by asked_at").map {
                try $0[0, as: CanonicalID.self]
            }
            #expect(left == [connected, fresh])
        }
    }
}
