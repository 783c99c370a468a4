import CanonicalModel
import ConnectorKit
import QuickBooksOnline
import Testing

@Suite("QuickBooks Online: a consent")
struct QuickBooksOnlineConsentTests {
    @Test("The realm that comes back with the code is the account; without one nobody knows")
    func realm() async throws {
        try await QuickBooksOnlineBench.run { bench in
            let connector = bench.connector
            let account = try await connector.account(consentedIn: ["realmId": "42"], session: bench.session)
            #expect(account == "42")
            #expect(try await connector.account(consentedIn: ["realmId": ""], session: bench.session) == nil)
            #expect(try await connector.account(consentedIn: [:], session: bench.session) == nil)
        }
    }
}
