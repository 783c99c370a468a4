import Foundation
import NIOHTTP1
import SandboxKit

/// The declaration of one connection to an imitated vendor, with its secrets.
struct ImitatedConnection {
    let name: String
    let role: String
    let address: VendorAddress
    /// Lines that the declaration has besides.
    let more: [String]

    /// Gets tokens, subscribes the webhooks, and writes all that into the folder.
    ///
    /// Each file appears whole or not at all, the declaration last, so that an adapter never reads half a connection.
    ///
    /// - Returns: false where the folder has this connection already, and the vendor knows its tokens.
    func write(to folder: URL) async throws -> Bool {
        let caller = SandboxCaller(url: address.vendor)
        let file = folder.appending(path: "\(name).yaml")
        let secrets = folder.appending(path: "secrets", directoryHint: .isDirectory)
        if FileManager.default.fileExists(atPath: file.path()), try await isKnown(in: secrets, caller) { return false }
        let tokens = try await caller.call(.POST, "tokens/issue", [:])
        let subscription = try await caller.call(
            .PUT, "webhooks/subscription", ["url": .string("\(address.adapter)/webhooks/\(name)")])
        try FileManager.default.createDirectory(at: secrets, withIntermediateDirectories: true)
        var lines = [
            "# A connection to an imitated vendor, written by sandbox connect.",
            "name: \(name)", "vendor: \(name)", "role: \(role)",
            "vendor_account: \"\(text(["portalId", "accountId", "realmId"], in: tokens) ?? "")\"",
            "base_url: \(address.vendor)", "time_zone: America/Denver", "currency: USD", "secrets:",
        ]
        for (key, value) in try self.secrets(tokens, subscription) {
            let secret = secrets.appending(path: "\(name)-\(key)")
            try write(value, to: secret)
            lines.append("  \(key): { file: \"\(secret.path())\" }")
        }
        try write((lines + more).joined(separator: "\n") + "\n", to: file)
        return true
    }

    private func secrets(_ tokens: JSON, _ subscription: JSON) throws -> [(key: String, value: String)] {
        // Where a vendor has no secret of its own for webhooks, it signs with the one of the client.
        let webhooks =
            text(["verifierToken", "secret"], in: subscription) ?? text(["clientSecret"], in: tokens)
        return try [
            ("access_token", text(["accessToken"], in: tokens)), ("client_id", text(["clientId"], in: tokens)),
            ("client_secret", text(["clientSecret"], in: tokens)),
            ("refresh_token", text(["refreshToken"], in: tokens)),
            ("webhook_secret", webhooks),
        ].map { key, value in
            guard let value else { throw SandboxControlError("\(address.vendor) has given no \(key)") }
            return (key, value)
        }
    }

    /// Whether the vendor still knows the access token of the last time.
    private func isKnown(in secrets: URL, _ caller: SandboxCaller) async throws -> Bool {
        guard let data = try? Data(contentsOf: secrets.appending(path: "\(name)-access_token")) else { return false }
        let token = String(decoding: data, as: UTF8.self)
        let known = try await caller.call(.GET, "tokens")["tokens"]?.arrayValue ?? []
        return known.contains { $0["token"]?.stringValue == token }
    }

    private func text(_ names: [String], in object: JSON) -> String? {
        for name in names {
            if let value = object[name] { return value.stringValue ?? value.intValue.map(String.init) }
        }
        return nil
    }

    /// Only the user who runs the adapters may read it.
    private func write(_ text: String, to file: URL) throws {
        let manager = FileManager.default
        let aside = file.appendingPathExtension("new")
        guard
            manager.createFile(
                atPath: aside.path(), contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw SandboxControlError("\(aside.path()) cannot be written") }
        guard rename(aside.path(), file.path()) == 0 else {
            throw SandboxControlError("\(file.path()) cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}
