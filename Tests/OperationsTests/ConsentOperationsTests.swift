import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncStore
import Testing

@Suite("Asking for consent", .database)
struct ConsentOperationsTests {
    private func operations(_ estate: Estate) -> ConsentOperations {
        let now = estate.now
        return ConsentOperations(estate.pool) { now }
    }

    private func offer(_ estate: Estate, _ way: ConsentOffer.Way) async throws {
        let offer = ConsentOffer(connection: estate.crm, title: "Acme", way: way, isNeeded: true)
        try await estate.pool.run(Consents.declare(offer, account: "acme"))
    }

    @Test("The address has a state of its own, whose row has the digest alone; the audit log knows who asked")
    func begin() async throws {
        try await Estate.run { estate in
            try await offer(estate, .open(authorizeURL: "https://acme.example/a?client_id=1", provesKey: true))
            let first = try await operations(estate).begin(estate.crm, by: "ada")
            let second = try await operations(estate).begin(estate.crm, by: "ada")
            #expect(first.title == "Acme" && first.url != second.url)
            let parts = first.url.split(separator: "&")
            #expect(parts.first == "https://acme.example/a?client_id=1" && parts.last == "code_challenge_method=S256")
            let text = try #require(parts.first { $0.hasPrefix("state=") }).dropFirst(6)
            let state = try #require(ConsentState(String(text)))
            let rows = try await estate.pool.run(Consents.recent(of: estate.crm))
            let consent = try #require(state.find(in: rows))
            #expect(consent.id == first.id && consent.askedBy == "ada" && consent.expiresAt == first.expiresAt)
            let sealed = try #require(consent.sealedVerifier)
            let verifier = try state.open(sealed, for: estate.crm)
            #expect(parts.contains("code_challenge=\(verifier.challenge)"))
            let audit = try await estate.pool.query(
                """
                select count(*) from audit where actor = 'ada' and kind = 'operated' and connection = \(estate.crm)
                    and position(\(first.id.description) in convert_from(body, 'UTF8')) > 0
                """)
            #expect(try audit[0][0, as: Int.self] == 1)
        }
    }

    @Test("Where nobody can be asked, or too many are, it is said what to do, and nothing is begun")
    func obstacles() async throws {
        try await Estate.run { estate in
            await #expect {
                try await operations(estate).begin(estate.crm, by: "ada")
            } throws: {
                "\($0)".contains("no adapter has said how")
            }
            try await offer(estate, .closed("set PLUMBLINE_PUBLIC_URL"))
            await #expect {
                try await operations(estate).begin(estate.crm, by: "ada")
            } throws: {
                "\($0)".contains("set PLUMBLINE_PUBLIC_URL")
            }
            #expect(try await estate.pool.run(Consents.recent(of: estate.crm)).isEmpty)
            try await offer(estate, .open(authorizeURL: "https://acme.example/a?x=1", provesKey: false))
            for _ in 0..<Consents.mostOpen { _ = try await operations(estate).begin(estate.crm, by: "ada") }
            await #expect {
                try await operations(estate).begin(estate.crm, by: "ada")
            } throws: {
                "\($0)".contains("are open")
            }
        }
    }

    @Test("How a consent stands is told in words, from its beginning to its end")
    func standing() async throws {
        try await Estate.run { estate in
            try await offer(estate, .open(authorizeURL: "https://acme.example/a?x=1", provesKey: false))
            let operations = operations(estate)
            func stands(_ outcome: Consent.Outcome?, _ account: String? = nil) async throws
                -> ConsentOperations.Standing
            {
                let begun = try await operations.begin(estate.crm, by: "ada")
                if let outcome {
                    try await estate.pool.run(Consents.use(begun.id, outcome, vendorAccount: account))
                }
                return try await operations.standing(of: begun.id)
            }
            #expect(try await stands(nil) == .open)
            #expect(try await stands(.connected, "42") == .connected(account: "42"))
            for (outcome, word) in [
                (.denied, "did not agree"), (.refused, "no tokens"), (.otherAccount, "the account 7"),
            ] as [(Consent.Outcome, String)] {
                guard case .over(let text) = try await stands(outcome, "7") else {
                    Issue.record("\(outcome)")
                    continue
                }
                #expect(text.contains(word) && text.contains("plumbline connections authorize \(estate.crm)"))
            }
            let late = try await operations.begin(estate.crm, by: "ada")
            try await estate.pool.execute("update consent set expires_at = clock_timestamp()")
            guard case .over(let text) = try await operations.standing(of: late.id) else {
                Issue.record("it is over")
                return
            }
            #expect(text.contains("in time"))
            await #expect(throws: OperationFailure.self) { try await operations.standing(of: estate.id()) }
        }
    }
}
