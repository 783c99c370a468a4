import Foundation
import SandboxKit
import SandboxSupport
import SystemSupport

/// I12: looks for secrets and personal data, planted or real, in what the services have logged.
struct Secrecy {
    let system: any JudgedSystem

    func findings() async throws -> [Finding] {
        let needles = try await secrets()
        let personal = [
            "an e-mail address": try Regex(#"@c\d{4}\.example"#),
            "a telephone number": try Regex(#"\b555-\d{4}\b|\+1(303|720)555"#),
        ]
        var findings: [Finding] = []
        for log in try await system.logs() where !log.lastPathComponent.hasPrefix("sandbox") {
            let text = try String(decoding: Data(contentsOf: log), as: UTF8.self)
            for (name, secret) in needles where text.contains(secret) {
                findings.append(Finding(.unexpected, "I12", "\(log.lastPathComponent) holds a secret: \(name)"))
            }
            for line in text.split(separator: "\n") {
                for (what, pattern) in personal where line.contains(pattern) {
                    findings.append(
                        Finding(.unexpected, "I12", "\(log.lastPathComponent) holds \(what): \(line.prefix(300))"))
                }
                if findings.count > 20 { return findings }
            }
        }
        return findings
    }

    /// What was given to the services as a secret, and the tokens that they have been issued since.
    private func secrets() async throws -> [String: String] {
        var secrets = try system.secrets()
        for client in system.sites {
            let tokens = try await client.control("GET", "tokens")["tokens"]?.arrayValue ?? []
            for (number, token) in tokens.enumerated() {
                guard let value = token["value"]?.stringValue ?? token["token"]?.stringValue else { continue }
                secrets["token \(number) of \(client.baseURL)"] = value
            }
        }
        return secrets
    }
}
