import Foundation
import Postgres
import SandboxSupport
import SystemSupport

/// A running system, whatever it runs on: the vendors in which people work, and what a run is judged by in the end.
protocol JudgedSystem: Sendable {
    /// The vendors' control APIs.
    var hubspot: SandboxClient { get }
    var jobber: SandboxClient { get }
    var quickbooks: SandboxClient { get }
    /// Our database, for looks at our own tables.
    var pool: PostgresPool { get }

    /// Waits until all processes are ready.
    func isReady() async throws
    /// Has an operator verify the audit log against its anchors; gives the exit code and the text.
    func verifyAudit() async throws -> (code: Int32, text: String)
    /// What each process has written until now; the names of those that imitate vendors begin with `sandbox`.
    func logs() async throws -> [URL]
    /// What was given to the processes as a secret, by its name.
    func secrets() throws -> [String: String]
    /// Writes the whole database into a file, as evidence.
    func dumpDatabase(to file: URL) async throws
}

extension JudgedSystem {
    /// The CRM, the field service and the ledger.
    var sites: [SandboxClient] { [hubspot, jobber, quickbooks] }
}

extension RunningSystem: JudgedSystem {
    func verifyAudit() async throws -> (code: Int32, text: String) {
        try await plumbline(
            ["audit", "verify"],
            adding: [
                "PLUMBLINE_AUDIT_SIGNING_KEY_FILE": folder.appending(path: "secrets/audit-signing-key").path(),
                "PLUMBLINE_AUDIT_ANCHOR_FILE": folder.appending(path: "audit/anchors.log").path(),
            ])
    }

    func logs() throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "log" }
    }

    func secrets() throws -> [String: String] {
        var secrets = try SecretFiles(folder: folder.appending(path: "secrets")).read()
        for url in [servers.databaseURL, servers.brokerURL] {
            if let password = URLComponents(string: url)?.password { secrets["a server's password"] = password }
        }
        return secrets
    }
}
