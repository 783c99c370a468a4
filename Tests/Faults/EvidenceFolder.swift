import Foundation
import SystemSupport

/// Keeps what a run has left, and more of a failed one, for whoever looks for the cause.
struct EvidenceFolder {
    private let folder: URL

    init(_ folder: URL) {
        self.folder = folder
    }

    func keep(_ report: FaultReport, _ system: any JudgedSystem, _ changes: [NativeChange]) async throws {
        try note(report, changes)
        guard !report.isGood else { return }
        try await keep(system)
    }

    /// Keeps what was judged, and how.
    func note(_ report: FaultReport, _ changes: [NativeChange]) throws {
        let findings = report.findings.map(\.description).joined(separator: "\n")
        try Data(findings.utf8).write(to: folder.appending(path: "findings.txt"))
        try Data(changes.map(\.description).joined(separator: "\n").utf8)
            .write(to: folder.appending(path: "history.txt"))
    }

    /// Keeps the logs and the database.
    func keep(_ system: any JudgedSystem) async throws {
        for log in try await system.logs() {
            let copy = folder.appending(path: log.lastPathComponent)
            // Some systems write here from the beginning.
            guard copy.standardizedFileURL != log.standardizedFileURL else { continue }
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(at: log, to: copy)
        }
        try await system.dumpDatabase(to: folder.appending(path: "database.sql"))
        progress("the evidence is in \(folder.path())")
    }
}
