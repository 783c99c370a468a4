import CanonicalModel
import ConnectorKit
import HubSpot
import SyncCore
import Testing
import VendorHTTP

@Suite("HubSpot: a consent")
struct HubSpotConsentTests {
    /// HubSpot, as far as it tells whose portal a token opens.
    private struct Portal: VendorSession {
        let declaration = HubSpotFixture.declaration
        let now = Instant(seconds: 1_780_315_200)
        let body: JSONValue

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            let isAsked = request.path == "/account-info/v3/details" && isSafe
            return HTTPResponse(status: isAsked ? 200 : 404, body: body.serialised())
        }
    }

    @Test("A consent is for the portal whose details the token opens, and for none where these do not say")
    func portal() async throws {
        let connector = try HubSpotFixture.connector()
        let account = try await connector.account(
            consentedIn: [:], session: Portal(body: ["portalId": 44_237_313, "uiDomain": "app.hubspot.com"]))
        #expect(account == "44237313")
        await #expect(throws: ConnectorFault.self) {
            _ = try await connector.account(consentedIn: [:], session: Portal(body: ["uiDomain": "app.hubspot.com"]))
        }
    }
}
