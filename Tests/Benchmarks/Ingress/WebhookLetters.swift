import Crypto
import Foundation

/// Webhooks of Jobber, each another one, signed as Jobber signs.
struct WebhookLetters: Sendable {
    let clients: [String]
    let account: String
    let secret: Data

    /// A body with its signature.
    struct Letter: Sendable {
        var body: String
        var signature: String
    }

    /// Makes letters whose times, and so their bodies, differ from all others of this run.
    func make(_ count: Int) -> [Letter] {
        let key = SymmetricKey(data: secret)
        let start = Date().timeIntervalSince1970
        return (0..<count).map { number in
            let time = Date(timeIntervalSince1970: start).formatted(.iso8601)
            let body = """
                {"data":{"webHookEvent":{"topic":"CLIENT_UPDATE","appId":"bench","accountId":"\(account)",\
                "itemId":"\(clients[number % clients.count])","occurredAt":"\(time)",\
                "delivery":"\(UUID().uuidString)"}}}
                """
            let code = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: key)
            return Letter(body: body, signature: Data(code).base64EncodedString())
        }
    }
}
