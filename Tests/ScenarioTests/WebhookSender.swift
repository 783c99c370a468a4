import Foundation
import SandboxKit
import SandboxSupport
import SystemSupport

/// Somebody who speaks to an adapter's webhook route: the vendor, or one who would like to be it.
struct WebhookSender {
    let vendor: String
    let service: SystemService
    /// The adapter's address.
    let address: String
    let secret: String

    init(_ vendor: String, _ service: SystemService, _ system: RunningSystem) throws {
        self.vendor = vendor
        self.service = service
        address = system.url(of: service)
        secret = try system.webhookSecret(of: vendor)
    }

    /// The header with the signature.
    var signatureHeader: String {
        switch vendor {
        case "hubspot": "X-HubSpot-Signature-v3"
        case "jobber": "X-Jobber-Hmac-SHA256"
        default: "intuit-signature"
        }
    }

    /// A body as the vendor forms it, which names an object that a customer has.
    func body(naming id: String) -> [UInt8] {
        let id = String(decoding: SandboxKit.JSON.string(id).serialized(), as: UTF8.self)
        let text =
            switch vendor {
            case "hubspot": #"[{"subscriptionType":"contact.propertyChange","objectId":\#(id)}]"#
            case "jobber": #"{"data":{"webHookEvent":{"topic":"CLIENT_UPDATE","itemId":\#(id)}}}"#
            default:
                #"{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":"#
                    + #"[{"name":"Customer","operation":"Update","id":\#(id)}]}}]}"#
            }
        return Array(text.utf8)
    }

    /// The headers of a signed body.
    ///
    /// - Parameter milliseconds: what the vendor says the time is, where its signature has a time.
    func signed(
        _ body: [UInt8], path: String? = nil, secret other: String? = nil,
        at milliseconds: Int64 = Int64(Date.now.timeIntervalSince1970 * 1000)
    ) -> [String: String] {
        guard vendor == "hubspot" else {
            return [signatureHeader: Signature.hmacSHA256Base64(key: other ?? secret, body: body)]
        }
        let text = "POST" + address + (path ?? "/webhooks/\(vendor)")
        let content = Array(text.utf8) + body + Array(String(milliseconds).utf8)
        return [
            signatureHeader: Signature.hmacSHA256Base64(key: other ?? secret, body: content),
            "X-HubSpot-Request-Timestamp": String(milliseconds),
        ]
    }

    func send(_ webhook: BadWebhook) async throws -> SandboxAnswer {
        try await SandboxClient(baseURL: address).send(
            "POST", webhook.path ?? "/webhooks/\(vendor)", bytes: webhook.body, contentType: webhook.contentType,
            headers: webhook.headers)
    }
}
