import CanonicalModel
import ConnectorKit
import Crypto
import Foundation
import Testing

@testable import HubSpot

@Suite("HubSpot's webhooks")
struct HubSpotWebhookTests {
    private let url = "https://hooks.example.com/webhooks/hubspot"

    private func delivery(_ body: [UInt8], at milliseconds: Int64, secret: String = "s") -> WebhookDelivery {
        let signed = Array("POST\(url)".utf8) + body + Array("\(milliseconds)".utf8)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data(secret.utf8)))
        return WebhookDelivery(
            method: "POST", url: url,
            headers: [
                "x-hubspot-signature-v3": Data(code).base64EncodedString(),
                "x-hubspot-request-timestamp": "\(milliseconds)",
            ], body: body)
    }

    @Test("A timestamp of five minutes is genuine, one beyond is stale, and one of any size harms nobody")
    func timestamps() throws {
        let connector = try HubSpotFixture.connector()
        let now: Int64 = 1_763_632_800_000
        let cases: [(Int64, Bool)] = [
            (now, true), (now - 300_000, true), (now + 300_000, true), (now - 301_000, false), (now + 301_000, false),
            (.max, false), (.min, false), (0, false),
        ]
        for (time, isGenuine) in cases {
            let verdict = connector.verify(
                delivery([], at: time), secrets: ["old", "s"], now: Instant(milliseconds: now))
            #expect((verdict == .genuine) == isGenuine, "\(time)")
        }
    }

    @Test("What is no JSON is told with the place, and a packed body as such")
    func unreadable() throws {
        let connector = try HubSpotFixture.connector()
        func fault(_ body: [UInt8], _ headers: [String: String] = [:]) -> String? {
            do throws(ConnectorFault) {
                _ = try connector.changes(
                    in: WebhookDelivery(method: "POST", url: url, headers: headers, body: body))
                return nil
            } catch {
                return "\(error.code): \(error.message)"
            }
        }
        #expect(
            fault(Array("[x]".utf8))
                == "webhook_json: the body is no JSON: expected a value, found 'x', at /0 (byte 1)")
        #expect(
            fault([0x1F, 0x8B], ["content-encoding": "gzip"])?
                .hasSuffix("it came with Content-Encoding gzip, and only plain bodies are read") == true)
        // Whoever unpacks on the way may leave the header.
        #expect(fault(Array("[]".utf8), ["content-encoding": "gzip"]) == nil)
        #expect(fault(Array("{}".utf8)) == "webhook_shape: the body is no JSON array of events")
    }
}
