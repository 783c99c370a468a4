import CanonicalModel
import ConnectorKit
import SyncCore

/// Judges a webhook: pure.
struct WebhookIntake {
    /// What is to be done with it.
    enum Verdict {
        /// It is kept, and answered once it is.
        case keep(KeptWebhook)
        /// It is turned away; the words say why.
        case reject(String)
    }

    let connector: any Connector
    let declaration: ConnectionDeclaration

    /// Judges a delivery; nothing in it is looked at before its signature is known to be right.
    func judge(_ delivery: WebhookDelivery, id: CanonicalID, now: Instant) -> Verdict {
        let secrets = ["webhook_secret", "webhook_secret_previous"].compactMap { declaration.secrets[$0] }
        if case .rejected(let reason) = connector.verify(delivery, secrets: secrets, now: now) {
            return .reject(reason)
        }
        var kept = KeptWebhook(
            id: id, connection: declaration.id, receivedAt: now, headers: Self.harmless(delivery.headers),
            body: delivery.body)
        do {
            kept.hints = try connector.changes(in: delivery).filter { hint in
                guard let account = hint.account, let own = declaration.vendorAccount else { return true }
                return account == own
            }
        } catch {
            kept.fault = error
        }
        return .keep(kept)
    }

    /// Headers that may be kept: none that authorises anybody.
    private static func harmless(_ headers: [String: String]) -> [String: String] {
        headers.filter { name, _ in
            !["authorization", "cookie", "proxy-authorization"].contains(name) && !name.contains("signature")
                && !name.contains("hmac")
        }
    }
}
