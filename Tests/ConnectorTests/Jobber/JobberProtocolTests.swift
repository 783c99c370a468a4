import CanonicalModel
import ConnectorKit
import Crypto
import Foundation
import Jobber
import SyncCore
import Testing

@Suite("Jobber: webhooks and declarations")
struct JobberProtocolTests {
    private static let body =
        #"{"data":{"webHookEvent":{"topic":"VISIT_UPDATE","accountId":"A","itemId":"V","occuredAt":"2026-06-01T12:00:00Z"}}}"#

    private func delivery(_ body: String = body, signature: String?) -> WebhookDelivery {
        WebhookDelivery(
            method: "POST", url: "https://example.com/webhooks/field",
            headers: signature.map { ["x-jobber-hmac-sha256": $0] } ?? [:], body: Array(body.utf8))
    }

    private func signature(_ secret: String) -> String {
        let key = SymmetricKey(data: Data(secret.utf8))
        return Data(HMAC<SHA256>.authenticationCode(for: Data(Self.body.utf8), using: key)).base64EncodedString()
    }

    @Test("A signature of any of the secrets is genuine; another, a changed body and none are rejected")
    func signatures() throws {
        let connector = try JobberFixture.connector()
        func verdict(_ delivery: WebhookDelivery) -> WebhookVerdict {
            connector.verify(delivery, secrets: ["new", "old"], now: Instant(seconds: 0))
        }
        #expect(verdict(delivery(signature: signature("old"))) == .genuine)
        #expect(verdict(delivery(signature: signature("other"))) != .genuine)
        #expect(verdict(delivery(Self.body + " ", signature: signature("new"))) != .genuine)
        #expect(verdict(delivery(signature: nil)) != .genuine)
        #expect(verdict(delivery(signature: "%")) != .genuine)
    }

    @Test("An event names its object, under either spelling of its time; other topics concern nothing of ours")
    func events() throws {
        let connector = try JobberFixture.connector()
        let hint = try #require(try connector.changes(in: delivery(signature: nil)).first)
        #expect(hint.native == NativeReference(type: "visit", id: "V"))
        #expect(hint.account == "A")
        #expect(hint.occurredAt == Instant("2026-06-01T12:00:00Z"))
        let other = Self.body.replacingOccurrences(of: "VISIT_UPDATE", with: "QUOTE_SENT")
        #expect(try connector.changes(in: delivery(other, signature: nil)).isEmpty)
        #expect(throws: ConnectorFault.self) { try connector.changes(in: delivery("[]", signature: nil)) }
    }

    @Test("An overlay that names an unknown field is refused with all that is wrong")
    func overlay() throws {
        let overlay: JSONValue = ["custom_fields": ["contact.color": "Color"], "statuses": [:]]
        let declaration = try JobberFixture.declaration(overlay: overlay)
        do {
            _ = try JobberConnector(declaration)
            Issue.record("the overlay was taken")
        } catch {
            #expect(error.faults.count == 2)
        }
    }
}
