import Crypto
import Foundation
import SandboxHubSpot
import SandboxKit
import SandboxSupport
import Testing

@Suite("HubSpot sandbox: webhooks")
struct HubSpotWebhookTests {
    private func run(
        world: SandboxWorld = .quiet(),
        _ body: @escaping @Sendable (SandboxClient, WebhookReceiver, String) async throws -> Void
    ) async throws {
        let receiver = WebhookReceiver()
        try await receiver.serve { url in
            try await withSandbox(HubSpotSandbox.self, world: world) { sandbox in
                let client = sandbox.client.authorized("pat-na1-sandbox")
                try await client.control(
                    "PUT", "webhooks/subscription", ["url": .string(url), "types": ["contacts", "companies"]])
                try await body(client, receiver, url)
            }
        }
    }

    private static func events(_ receiver: WebhookReceiver) -> [JSON] {
        receiver.received.flatMap { $0.json.arrayValue ?? [] }
    }

    @Test("Changes arrive as arrays of events with a v3 signature over method, URI, body and time")
    func signature() async throws {
        try await run { client, receiver, url in
            let created = try await client.send(
                "POST", "/crm/v3/objects/contacts", ["properties": ["email": "ann@example.com", "firstname": "Ann"]])
            try await client.settleWebhooks()
            let first = try #require(receiver.received.first)
            let time = try #require(first.headers["x-hubspot-request-timestamp"])
            let text = Array("POST\(url)".utf8) + first.body + Array(time.utf8)
            let key = SymmetricKey(data: Array("sandbox-client-secret".utf8))
            let expected = Data(HMAC<SHA256>.authenticationCode(for: text, using: key)).base64EncodedString()
            #expect(first.headers["x-hubspot-signature-v3"] == expected)
            let creation = try #require(Self.events(receiver).first { $0["subscriptionType"] == "contact.creation" })
            #expect(creation["objectId"]?.intValue.map(String.init) == created.json["id"]?.stringValue)
            #expect(creation["changeSource"] == "INTEGRATION")
            #expect(creation["attemptNumber"] == 0)
            let change = Self.events(receiver).first { $0["propertyName"] == "firstname" }
            #expect(change?["propertyValue"] == "Ann")
        }
    }

    @Test("A person's change says so")
    func person() async throws {
        try await run { client, receiver, _ in
            let ids = try await client.control(
                "POST", "seed", ["records": [["type": "companies", "properties": ["name": "Alder"]]]])
            try await client.settleWebhooks()
            #expect(receiver.received.isEmpty)
            try await client.control(
                "POST", "act",
                [
                    "user": "maria",
                    "actions": [
                        [
                            "action": "update", "type": "companies", "id": ids["ids"]?.arrayValue?.first ?? .null,
                            "properties": ["name": "Alder Roofing"],
                        ]
                    ],
                ])
            try await client.settleWebhooks()
            let event = try #require(Self.events(receiver).first)
            #expect(event["changeSource"] == "CRM_UI")
            #expect(event["propertyValue"] == "Alder Roofing")
        }
    }

    @Test("A refusal with 4xx loses the event for good; 5xx and 429 are tried again in sandbox time")
    func retries() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world) { client, receiver, _ in
            receiver.answerNext([401])
            _ = try await client.send("POST", "/crm/v3/objects/companies", ["properties": ["name": "Lost"]])
            try await client.settleWebhooks()
            let lost = try await client.control("GET", "webhooks/state")
            #expect((lost["failed"]?.intValue ?? 0) == 1)
            #expect(lost["retrying"] == 0)

            let before = receiver.received.count
            receiver.answerNext([503, 429])
            let id = try await client.send("POST", "/crm/v3/objects/companies", ["properties": ["name": "Kept"]]).json[
                "id"]
            try await client.settleWebhooks()
            let waiting = try await client.control("GET", "webhooks/state")["retrying"]?.intValue ?? 0
            #expect(waiting >= 1)
            world.clock.advance(milliseconds: 10 * 60_000)
            var retried = 0
            while retried < waiting {
                retried = Self.events(receiver).count { ($0["attemptNumber"]?.intValue ?? 0) > 0 }
                await Task.yield()
            }
            #expect(receiver.received.count > before)
            #expect(id != nil)
        }
    }

    @Test("Faults duplicate and drop; a hold keeps back and a release lets go")
    func disturbances() async throws {
        try await run { client, receiver, _ in
            try await client.control(
                "POST", "webhooks/faults", ["kind": "duplicate", "name": "company.creation", "copies": 2])
            try await client.control(
                "POST", "webhooks/faults", ["kind": "drop", "name": "company.propertyChange", "count": -1])
            _ = try await client.send("POST", "/crm/v3/objects/companies", ["properties": ["name": "Alder"]])
            try await client.settleWebhooks()
            #expect(
                Self.events(receiver).map { $0["subscriptionType"] } == Array(repeating: "company.creation", count: 3))
            try await client.control("DELETE", "webhooks/faults")
            try await client.control("POST", "webhooks/hold")
            _ = try await client.send("POST", "/crm/v3/objects/companies", ["properties": ["name": "Birch"]])
            #expect(Self.events(receiver).count == 3)
            try await client.control("POST", "webhooks/release", ["order": "reversed"])
            try await client.settleWebhooks()
            #expect(Self.events(receiver).count > 3)
            #expect(Self.events(receiver).last?["subscriptionType"] == "company.creation")
        }
    }

    @Test("Delivered events can be sent again")
    func redelivery() async throws {
        try await run { client, receiver, _ in
            _ = try await client.send("POST", "/crm/v3/objects/companies", ["properties": ["name": "Alder"]])
            try await client.settleWebhooks()
            let count = Self.events(receiver).count
            try await client.control("POST", "webhooks/redeliver", ["copies": 4])
            try await client.settleWebhooks()
            #expect(Self.events(receiver).count == count * 5)
        }
    }

    @Test("The app's own API manages subscriptions with the developer's key")
    func subscriptions() async throws {
        try await withSandbox(HubSpotSandbox.self) { sandbox in
            let path = "/webhooks/v3/1904211/subscriptions"
            #expect(try await sandbox.client.send("GET", path).status == 401)
            let key = "?hapikey=sandbox-developer-key"
            let body: JSON = ["eventType": "deal.propertyChange", "propertyName": "dealstage", "active": true]
            let created = try await sandbox.client.send("POST", path + key, body)
            #expect(created.status == 201)
            #expect(try await sandbox.client.send("POST", path + key, body).status == 409)
            let bad: JSON = ["eventType": "deal.propertyChange", "propertyName": "colour"]
            #expect(try await sandbox.client.send("POST", path + key, bad).status == 400)
            let list = try await sandbox.client.send("GET", path + key)
            #expect(list.json["results"]?.arrayValue?.count == 1)
        }
    }
}
