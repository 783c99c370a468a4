import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing
import VendorHTTP

@testable import AdapterKit

@Suite("Answers to consents", .database)
struct ConsentExchangeTests {
    @Test("A code buys tokens, which are kept sealed with the use of the state, and the connection works from then on")
    func connected() async throws {
        try await ConsentBench.open { bench in
            let tokens = bench.tokens()
            await #expect {
                try await tokens.token()
            } throws: {
                ($0 as? ConnectorFault)?.code == "not_authorised"
                    && ($0 as? ConnectorFault)?.fix == "plumbline connections authorize books"
            }
            #expect(bench.vendor.bodies.isEmpty, "the vendor was not asked")
            #expect(try await bench.pool.run(Connections.all).first?.health.awaitsConsentSince != nil)

            let callback = try await bench.consented()
            let result = try await bench.exchange().answer(callback)
            #expect(result == .connected(account: "acct-1", isNamed: true))
            #expect(try await bench.outcomes() == [.connected])
            #expect(try await bench.kept()?.refreshToken == "consented-refresh-1")
            #expect(try await tokens.token() == "consented-access-1")
            #expect(try await bench.pool.run(Connections.all).first?.health.awaitsConsentSince == nil)
            let row = try await bench.pool.query("select encode(sealed, 'escape') from account")
            #expect(try !row[0][0, as: String.self].contains("consented"))
        }
    }

    @Test("The code is shown with the address and the verifier that it was asked for with")
    func request() async throws {
        try await ConsentBench.open { bench in
            _ = try await bench.exchange().answer(bench.consented())
            let form = ConsentVendor.parameters(try #require(bench.vendor.bodies.first))
            #expect(form["grant_type"] == "authorization_code")
            #expect(form["code"] == "the-code-number-1")
            #expect(form["redirect_uri"] == "https://hooks.example/oauth/books")
            #expect(form["code_verifier"]?.utf8.count == 43)
        }
    }

    @Test("A call-back that comes again exchanges nothing, and says what came of the first")
    func replayed() async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            let exchange = try bench.exchange()
            #expect(await exchange.answer(callback) == .connected(account: "acct-1", isNamed: true))
            let first = try await bench.kept()
            #expect(await exchange.answer(callback) == .used(.connected))
            #expect(try await bench.kept() == first)
            #expect(bench.vendor.exchanges == 1)
        }
    }

    @Test("Of two replicas that get one call-back at once, one makes the exchange, and the other waits for its end")
    func twoReplicas() async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            // The first holds the consent until the second waits for it.
            bench.vendor.whileExchanging {
                while try await bench.pool.query(
                    """
                    select 1 from pg_stat_activity
                    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0
                        and query like '%from consent%'
                    """
                ).isEmpty {
                    await Task.yield()
                }
            }
            let replicas = [try bench.exchange(), try bench.exchange()]
            let results = await withTaskGroup(of: ConsentResult.self) { group in
                for replica in replicas { group.addTask { await replica.answer(callback) } }
                return await group.reduce(into: Set<ConsentResult>()) { $0.insert($1) }
            }
            #expect(results == [.connected(account: "acct-1", isNamed: true), .used(.connected)])
            #expect(bench.vendor.exchanges == 1)
            #expect(bench.vendor.bodies.count == 1)
        }
    }

    @Test("However often one call-back comes at once, one is exchanged, and the others keep no connection meanwhile")
    func manyAtOnce() async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            let exchange = try bench.exchange()
            // More than the pool has connections.
            let results = await withTaskGroup(of: ConsentResult.self) { group in
                for _ in 0..<20 { group.addTask { await exchange.answer(callback) } }
                return await group.reduce(into: [ConsentResult: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(results == [.connected(account: "acct-1", isNamed: true): 1, .used(.connected): 19])
            #expect(bench.vendor.bodies.count == 1)
        }
    }

    @Test("A state whose time is over exchanges nothing")
    func expired() async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            try await bench.pool.execute("update consent set expires_at = clock_timestamp()")
            #expect(try await bench.exchange().answer(callback) == .expired)
            #expect(bench.vendor.bodies.isEmpty)
            #expect(try await bench.outcomes() == [nil])
        }
    }

    @Test("A state that nobody has made, or that is another connection's, exchanges nothing")
    func unknown() async throws {
        try await ConsentBench.open { bench in
            let exchange = try bench.exchange()
            let other = try await bench.begin(for: ConnectionID("crm"))
            for state in [ConsentState.make().text, "guess", other.state.text] {
                let callback = try #require(ConsentCallback(query: "code=abcdefgh&state=\(state)"))
                #expect(await exchange.answer(callback) == .unknown)
            }
            #expect(bench.vendor.bodies.isEmpty)
        }
    }

    @Test("A no uses up the state: what comes with it afterwards changes nothing")
    func denied() async throws {
        try await ConsentBench.open { bench in
            let begun = try await bench.begin()
            let exchange = try bench.exchange()
            let no = try #require(ConsentCallback(query: "error=access_denied&state=\(begun.state.text)"))
            #expect(await exchange.answer(no) == .denied)
            let yes = try #require(ConsentCallback(query: bench.vendor.agree(at: begun.url)))
            #expect(await exchange.answer(yes) == .used(.denied))
            #expect(bench.vendor.bodies.isEmpty)
            #expect(try await bench.kept() == nil)
        }
    }

    @Test("Where the vendor is away nothing is used up, and the same call-back works once it is back")
    func vendorAway() async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            let exchange = try bench.exchange()
            bench.vendor.next(.away, .answers(503, "{}"), .answers(429, "{}"))
            for _ in 0..<3 { #expect(await exchange.answer(callback) == .vendorAway) }
            #expect(try await bench.outcomes() == [nil])
            #expect(await exchange.answer(callback) == .connected(account: "acct-1", isNamed: true))
        }
    }

    @Test(
        "A code that the vendor refuses uses up the state and keeps nothing; only the words of the standard are shown",
        arguments: [
            (400, #"{"error":"invalid_grant"}"#, "invalid_grant"), (401, #"{"error":"<b>no</b>"}"#, nil),
            (400, "no JSON", nil), (200, #"{"access_token":"alone-without-refresh"}"#, nil), (200, "{}", nil),
        ] as [(Int, String, String?)])
    func refused(status: Int, body: String, word: String?) async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            let exchange = try bench.exchange()
            bench.vendor.next(.answers(status, body))
            #expect(await exchange.answer(callback) == .refused(word))
            #expect(await exchange.answer(callback) == .used(.refused))
            #expect(try await bench.kept() == nil)
        }
    }

    @Test("Tokens of another account than the one that the file names are not kept")
    func otherAccount() async throws {
        try await ConsentBench.open { bench in
            bench.vendor.consents(for: "acct-2")
            let exchange = try bench.exchange()
            let result = try await exchange.answer(bench.consented())
            #expect(result == .otherAccount(expected: "acct-1", found: "acct-2"))
            #expect(try await bench.kept() == nil)
            #expect(try await bench.outcomes() == [.otherAccount])
            bench.vendor.consents(for: "acct-1")
            let right = try await exchange.answer(bench.consented())
            #expect(right == .connected(account: "acct-1", isNamed: true))
        }
    }

    @Test("Where the file names no account, the first one is taken, and no other one after it")
    func firstAccount() async throws {
        try await ConsentBench.open { bench in
            let unnamed = bench.declaration(vendorAccount: nil)
            let exchange = try bench.exchange(unnamed)
            #expect(
                try await exchange.answer(bench.consented()) == .connected(account: "acct-1", isNamed: false))
            bench.vendor.consents(for: "acct-2")
            #expect(
                try await exchange.answer(bench.consented())
                    == .otherAccount(expected: "acct-1", found: "acct-2"))
            // A person who means it says so in the file.
            let moved = try bench.exchange(bench.declaration(vendorAccount: "acct-2"))
            #expect(try await moved.answer(bench.consented()) == .connected(account: "acct-2", isNamed: true))
        }
    }

    @Test("Consent supersedes the refresh token that the file declares; another one that is put there takes over again")
    func supersedes() async throws {
        try await ConsentBench.open { bench in
            let declared = bench.declaration(refreshToken: "r-declared")
            let result = try await bench.exchange(declared).answer(bench.consented())
            #expect(result == .connected(account: "acct-1", isNamed: true))
            #expect(try await bench.tokens(declared).token() == "consented-access-1")
            #expect(try await bench.tokens().token() == "consented-access-1", "it is out of the file now")
            let before = bench.vendor.bodies.count
            bench.vendor.next(.answers(200, #"{"access_token":"renewed-1","refresh_token":"r-2","expires_in":3600}"#))
            let other = bench.declaration(refreshToken: "r-other")
            #expect(try await bench.tokens(other).token() == "renewed-1")
            #expect(bench.vendor.bodies.dropFirst(before).first?.contains("refresh_token=r-other") == true)
        }
    }

    @Test("Where the tokens cannot be kept, nothing is: the state is open, and no half of it is there")
    func notKept() async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            bench.vendor.whileExchanging {
                // The transaction that holds the consent.
                try await bench.pool.execute(
                    """
                    select pg_terminate_backend(pid) from pg_locks
                    where relation = 'consent'::regclass and mode = 'RowShareLock' and pid <> pg_backend_pid()
                    """)
            }
            #expect(try await bench.exchange().answer(callback) == .notKept)
            #expect(try await bench.outcomes() == [nil])
            #expect(try await bench.kept() == nil)
            // The code is spent; the vendor says so.
            #expect(try await bench.exchange().answer(callback) == .refused("invalid_grant"))
        }
    }

    @Test("Circuits that rest for want of credentials may be tried at once")
    func circuits() async throws {
        try await ConsentBench.open { bench in
            let connection = ConsentBench.connection
            for direction in Circuits.Direction.allCases {
                try await bench.pool.run(
                    Circuits.failed(
                        connection, direction, .init(.authentication, text: "no", fix: "connect"),
                        settings: .standard(for: .authentication)))
                #expect(try await bench.pool.run(Circuits.mayCall(connection, direction)) == false)
            }
            _ = try await bench.exchange().answer(bench.consented())
            for direction in Circuits.Direction.allCases {
                #expect(try await bench.pool.run(Circuits.mayCall(connection, direction)))
            }
        }
    }

    @Test("Neither logs nor open tables have code, state, verifier or tokens in them; the audit log has who asked")
    func secrets() async throws {
        try await ConsentBench.open { bench in
            let callback = try await bench.consented()
            bench.vendor.next(.answers(503, "{}"))
            _ = try await bench.exchange().answer(callback)
            _ = try await bench.exchange().answer(callback)
            let form = ConsentVendor.parameters(try #require(bench.vendor.bodies.last))
            let rows = try await bench.pool.query(
                """
                select coalesce(string_agg(line, ' '), '') from (
                    select c::text from consent c union all select o::text from consent_offer o
                    union all select convert_from(body, 'UTF8') from audit
                ) as lines(line)
                """)[0][0, as: String.self]
            let secrets = [
                callback.state, "the-code-number-1", try #require(form["code_verifier"]), "consented-access-1",
                "consented-refresh-1", "the-client-secret",
            ]
            #expect(!bench.lines.all.isEmpty)
            for text in bench.lines.all + [rows] {
                for secret in secrets { #expect(!text.contains(secret), "\(secret) in \(text)") }
            }
            let audit = try await bench.pool.query(
                "select actor, convert_from(body, 'UTF8') from audit where kind = 'operated'")
            #expect(audit.count == 1)
            #expect(try audit[0][0, as: String.self] == "ada")
            #expect(try audit[0][1, as: String.self].contains(#""outcome":"connected""#))
        }
    }
}
