import Foundation

/// A folder of files that each hold a secret.
struct SecretFiles {
    let folder: URL

    /// The secrets by the names of their files; without those that are too short to be known in a text.
    func read() throws -> [String: String] {
        var secrets: [String: String] = [:]
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            // The ids of accounts and clients are no secrets.
            guard !file.lastPathComponent.contains("client_id"),
                let text = try? String(contentsOf: file, encoding: .utf8).trimmingCharacters(
                    in: .whitespacesAndNewlines),
                text.count >= 8
            else { continue }
            secrets[file.lastPathComponent] = text
        }
        return secrets
    }
}
