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
            kept.hints = try hints(in: delivery)
        } catch {
            kept.fault = error
        }
        return .keep(kept)
    }

    /// What a webhook names, as far as it is of our account.
    func hints(in delivery: WebhookDelivery) throws(ConnectorFault) -> [ChangeHint] {
        try Self.named(connector.changes(in: delivery)).filter { hint in
            guard let account = hint.account, let own = declaration.vendorAccount else { return true }
            return account == own
        }
    }

    /// What a webhook names, if all of it can be an object: no key could hold the rest, and webhooks that came at the same
    /// time would share its fate.
    private static func named(_ hints: [ChangeHint]) throws(ConnectorFault) -> [ChangeHint] {
        guard let hint = hints.first(where: { !$0.native.isValid }) else { return hints }
        throw ConnectorFault(
            .undecodable, code: "webhook_object",
            message: "the body names a \(hint.native.type.prefix(40)) by an id of \(hint.native.id.utf8.count) bytes "
                + "that is empty, longer than \(NativeReference.longestText) bytes, or has control characters",
            fix: "see who sent it; no object of the vendor has such an id")
    }

    /// Headers that may be kept: none that authorises anybody.
    private static func harmless(_ headers: [String: String]) -> [String: String] {
        headers.filter { name, _ in
            !["authorization", "cookie", "proxy-authorization"].contains(name) && !name.contains("signature")
                && !name.contains("hmac")
        }
    }
}
