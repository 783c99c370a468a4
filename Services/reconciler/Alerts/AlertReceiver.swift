import Foundation
import ServiceKit

/// Where alerts are sent, and the secret that they are signed with.
///
/// ## Configuration keys
/// - `alerts.webhook.url` (secret, optional; or `alerts.webhook.url.file`): `https://…`, or `http://` for this machine.
/// - `alerts.webhook.secret` (secret, with the URL; or `alerts.webhook.secret.file`): at least 16 characters; receivers know
///   by it that an alert is ours.
struct AlertReceiver: Sendable {
    /// The address; many carry a secret of their own.
    let url: Secret
    let secret: Secret

    init(url: Secret, secret: Secret) {
        self.url = url
        self.secret = secret
    }

    /// Reads the keys; nil where there is no receiver.
    init?(config: CheckedConfiguration) {
        let form = "https://host/path, or http:// for a receiver on this machine"
        let url = config.optionalSecret(
            "alerts.webhook.url", allowed: form, meaning: "who gets each alert, signed")
        let secret = config.optionalSecret(
            "alerts.webhook.secret", allowed: "at least 16 characters",
            meaning: "what alerts are signed with; set it with their URL")
        guard let url else {
            if secret != nil { config.fault("alerts.webhook.url", "is not set, and its secret is", allowed: form) }
            return nil
        }
        if !Self.isSafe(url.reveal()) { config.fault("alerts.webhook.url", "cannot be used", allowed: form) }
        guard let secret, secret.reveal().count >= 16 else {
            config.fault("alerts.webhook.secret", "is missing or too short", allowed: "at least 16 characters")
            return nil
        }
        self.init(url: url, secret: secret)
    }

    /// Whether nobody on the way can read what is sent.
    static func isSafe(_ text: String) -> Bool {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty else { return false }
        switch url.scheme {
        case "https": return true
        case "http": return ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host)
        default: return false
        }
    }
}
