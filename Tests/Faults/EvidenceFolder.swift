import Foundation
import SystemSupport

/// Keeps what a run has left, and more of a failed one, for whoever looks for the cause.
struct EvidenceFolder {
    private let folder: URL

    init(_ folder: URL) {
        self.folder = folder
    }

    func keep(_ report: FaultReport, _ system: RunningSystem, _ changes: [NativeChange]) async throws {
        let findings = report.findings.map(\.description).joined(separator: "\n")
        try Data(findings.utf8).write(to: folder.appending(path: "findings.txt"))
        try Data(changes.map(\.description).joined(separator: "\n").utf8)
            .write(to: folder.appending(path: "history.txt"))
        guard !report.isGood else { return }
        try await keep(system)
    }

    /// Keeps the logs and the database.
    func keep(_ system: RunningSystem) async throws {
        for log in try FileManager.default.contentsOfDirectory(at: system.folder, includingPropertiesForKeys: nil)
        where log.pathExtension == "log" {
            let copy = folder.appending(path: log.lastPathComponent)
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(at: log, to: copy)
        }
        try await system.dumpDatabase(to: folder.appending(path: "database.sql"))
        progress("the evidence is in \(folder.path())")
    }
}
