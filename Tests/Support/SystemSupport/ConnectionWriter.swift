import Foundation
import SandboxKit
import SandboxSupport

/// Connects the system to one imitated vendor as `deploy/local up` does it: tokens, webhooks, and the file that declares
/// the connection.
struct ConnectionWriter {
    let vendor: Vendor
    let port: Int
    let folder: URL

    /// - Parameter adapter: where webhooks go; nil for nowhere.
    /// - Returns: a client with a token of its own.
    func connect(webhooks adapter: String?, _ settings: SystemSettings) async throws -> SandboxClient {
        let client = SandboxClient(baseURL: "http://127.0.0.1:\(port)")
        let tokens = try await client.control("POST", "tokens/issue", [:])
        var subscription = JSON.null
        if let adapter {
            subscription = try await client.control(
                "PUT", "webhooks/subscription", ["url": .string("\(adapter)/webhooks/\(vendor.name)")])
        }
        // Where a vendor has no secret of its own for webhooks, it signs with the one of the client.
        let webhookSecret = text("verifierToken", "secret", in: subscription) ?? text("clientSecret", in: tokens) ?? ""
        let secrets = [
            "access_token": text("accessToken", in: tokens), "refresh_token": text("refreshToken", in: tokens),
            "client_id": text("clientId", in: tokens), "client_secret": text("clientSecret", in: tokens),
            "webhook_secret": webhookSecret,
        ]
        var lines = [
            "name: \(vendor.name)", "vendor: \(vendor.name)", "role: \(vendor.role)",
            "vendor_account: \"\(text("portalId", "accountId", "realmId", in: tokens) ?? "")\"",
            "base_url: http://127.0.0.1:\(settings.route(vendor.name, port))",
            "authorize_url: http://127.0.0.1:\(port)", "time_zone: America/Denver", "currency: USD",
            "request_ceiling: \(settings.requestCeiling)", "secrets:",
        ]
        let isConnected = !settings.unconnected.contains(vendor.name)
        for (name, secret) in secrets.sorted(by: { $0.key < $1.key })
        where isConnected || !["access_token", "refresh_token"].contains(name) {
            let file = folder.appending(path: "secrets/\(vendor.name)-\(name)")
            try Data((secret ?? "").utf8).write(to: file)
            lines.append("  \(name): { file: \"\(file.path())\" }")
        }
        if let more = settings.declarations[vendor.name] { lines.append(more) }
        try Data((lines.joined(separator: "\n") + "\n").utf8)
            .write(to: folder.appending(path: "connections/\(vendor.name).yaml"))
        // The adapter may spend or refresh its own; the test speaks as another user of the same account.
        let own = try await client.control("POST", "tokens/issue", [:])
        return client.authorized(text("accessToken", in: own) ?? "")
    }

    private func text(_ names: String..., in object: JSON) -> String? {
        for name in names {
            if let value = object[name] { return value.stringValue ?? value.intValue.map(String.init) }
        }
        return nil
    }
}
