import CanonicalModel
import ConnectorKit
import Crypto
import Foundation
import QuickBooksOnline
import SandboxKit
import SandboxSupport
import SyncCore
import Testing

@Suite("QuickBooks Online: webhooks")
struct QuickBooksOnlineWebhookTests {
    private static let events = """
        [{"specversion":"1.0","id":"a","source":"intuit.x","type":"qbo.invoice.created.v1","time":"2026-03-12T17:30:15Z",
          "intuitentityid":"145","intuitaccountid":"9341453050298464","data":{}},
         {"specversion":"1.0","id":"b","source":"intuit.x","type":"qbo.creditmemo.deleted.v1",
          "intuitentityid":"99","intuitaccountid":"123","data":{}},
         {"specversion":"1.0","id":"c","source":"intuit.x","type":"qbo.vendor.updated.v1",
          "intuitentityid":"5","intuitaccountid":"123","data":{}}]
        """
    private static let notification = """
        {"eventNotifications":[{"realmId":"9341453050298464","dataChangeEvent":{"entities":[
          {"name":"Customer","id":"58","operation":"Merge","lastUpdated":"2026-03-12T17:30:15.000Z","deletedId":"59"},
          {"name":"Invoice","id":"145","operation":"Void","lastUpdated":"2026-03-12T17:30:15.000Z"},
          {"name":"Invoice","id":"145","operation":"Emailed","lastUpdated":"2026-03-12T17:30:15.000Z"},
          {"name":"Estimate","id":"7","operation":"Create","lastUpdated":"2026-03-12T17:30:15.000Z"}]}},
         {"realmId":"123","dataChangeEvent":{"entities":[
          {"name":"Payment","id":"150","operation":"Delete","lastUpdated":"2026-03-12T17:30:15.000Z"}]}}]}
        """

    private func delivery(_ body: String, signature: String? = nil) -> ConnectorKit.WebhookDelivery {
        ConnectorKit.WebhookDelivery(
            method: "POST", url: "https://example.com/webhooks/books",
            headers: signature.map { ["intuit-signature": $0] } ?? [:], body: Array(body.utf8))
    }

    private func signature(_ body: String, _ token: String) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(token.utf8))))
            .base64EncodedString()
    }

    @Test("A signature of the verifier token or of the one before is genuine; no other is")
    func signatures() throws {
        let connector = try QuickBooksOnlineFixture.connector()
        func verdict(_ delivery: ConnectorKit.WebhookDelivery) -> WebhookVerdict {
            connector.verify(delivery, secrets: ["new", "old"], now: Instant(seconds: 0))
        }
        let body = Self.events
        #expect(verdict(delivery(body, signature: signature(body, "new"))) == .genuine)
        #expect(verdict(delivery(body, signature: signature(body, "old"))) == .genuine)
        #expect(verdict(delivery(body, signature: signature(body, "other"))) != .genuine)
        #expect(verdict(delivery(body + " ", signature: signature(body, "new"))) != .genuine)
        #expect(verdict(delivery(body)) != .genuine)
        #expect(verdict(delivery(body, signature: "%")) != .genuine)
        #expect(
            connector.verify(
                delivery(body, signature: signature(body, "new")), secrets: [], now: Instant(seconds: 0)) != .genuine)
    }

    @Test("CloudEvents name their objects and their companies; entities that are not ours are left out")
    func cloudEvents() throws {
        let hints = try QuickBooksOnlineFixture.connector().changes(in: delivery(Self.events))
        #expect(hints.map(\.native.description) == ["Invoice/145", "CreditMemo/99"])
        #expect(hints.map(\.account) == ["9341453050298464", "123"])
        #expect(hints.first?.occurredAt == Instant("2026-03-12T17:30:15Z"))
        #expect(hints.first?.topic == "qbo.invoice.created.v1")
    }

    @Test("The older notification does the same; a merge names both customers")
    func notification() throws {
        let hints = try QuickBooksOnlineFixture.connector().changes(in: delivery(Self.notification))
        #expect(
            hints.map { "\($0.topic) \($0.native)" } == [
                "Customer.Merge Customer/58", "Customer.Merge Customer/59", "Invoice.Void Invoice/145",
                "Invoice.Emailed Invoice/145", "Payment.Delete Payment/150",
            ])
        #expect(hints.last?.account == "123")
    }

    @Test(
        "What the sandbox delivers is genuine, and names the object and the company",
        arguments: ["cloudevents", "notifications"])
    func delivered(format: String) async throws {
        let receiver = WebhookReceiver()
        try await receiver.serve { url in
            try await QuickBooksOnlineBench.run { bench in
                try await bench.client.control(
                    "PUT", "webhooks/subscription", ["url": .string(url), "format": .string(format)])
                let made = try await bench.customer("Ann Lee")
                try await bench.act(["action": "update", "type": "Customer", "id": .string(made.native.id)])
                try await bench.client.settleWebhooks()
                var hints: [ChangeHint] = []
                for webhook in receiver.received {
                    let delivery = ConnectorKit.WebhookDelivery(
                        method: "POST", url: url, headers: webhook.headers, body: webhook.body)
                    #expect(
                        bench.connector.verify(
                            delivery, secrets: ["sandbox-verifier-token"], now: Instant(seconds: 0)) == .genuine)
                    hints += try bench.connector.changes(in: delivery)
                }
                #expect(hints.map(\.native) == [made.native, made.native])
                #expect(Set(hints.map(\.account)) == [QuickBooksOnlineFixture.realm])
            }
        }
    }

    @Test(
        "A body of another form is a fault that says what is missing",
        arguments: [
            ("{", "no JSON"), ("{}", "eventNotifications"), ("[{}]", "type"), (#"[{"type":"x"}]"#, "type"),
            (#"[{"type":"qbo.invoice.created.v1"}]"#, "intuitentityid"),
            (#"{"eventNotifications":[{}]}"#, "realmId"),
            (#"{"eventNotifications":[{"realmId":"1"}]}"#, "dataChangeEvent"),
            (
                #"{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":[{"name":"Invoice"}]}}]}"#,
                "operation"
            ),
            (
                #"{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":[{"name":"Invoice","operation":"Update"}]}}]}"#,
                "id"
            ),
        ])
    func malformed(body: String, word: String) throws {
        let fault = try #require(throws: ConnectorFault.self) {
            try QuickBooksOnlineFixture.connector().changes(in: delivery(body))
        }
        #expect(fault.failureClass == .undecodable)
        #expect(fault.message.contains(word), "\(fault.message)")
    }
}
