import Foundation
import Postgres
import SystemSupport

/// The backup is put in the database's place, as deploy/runbooks/database-restored.md says, while people go on.
struct Restoration {
    let backup: Backup
    /// How old the backup has to be (older than the newest anchor of the audit log), and how many of our writes it must not know.
    let age: Duration
    let writes: Int
    let chronicle: Chronicle
    /// Operators' commands that end an upgrade, which the backup may be older than.
    let afterUpgrade: [[String]]

    private static let reason = "an exercise"

    /// - Returns: the time that the restored database does not know, in nanoseconds since 1970.
    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws -> ClosedRange<Int> {
        try await awaitAge()
        let begin = Date.now
        figures.expect("age of the backup", backup.age.inSeconds, atLeast: age.inSeconds, "s")
        let unknown = await chronicle.changes.filter { $0.isOurs && $0.time > backup.nanoseconds }
        figures.expect(
            "our creates and updates since the backup",
            Double(unknown.count { ["create", "update"].contains($0.operation) }), atLeast: Double(writes))
        figures.note("records that we had made since", Double(unknown.count { $0.operation == "create" }))
        try await stop(bed, &figures)
        try await backup.restore(into: bed)
        try await bed.project.run(["run", "--rm", "-T", "migrate"], within: .seconds(180))
        let gap = try await bed.project.plumbline(["audit", "verify"])
        // The restored log ends before the newest anchor: nobody may miss that.
        figures.expect("exit code of the audit log's comparison with its anchors", Double(gap.code), atLeast: 1)
        try await bed.plumbline(["recover", "begin", "--restored-to", backup.time, "--reason", Self.reason])
        let lost = backup.nanoseconds...Int(Date.now.timeIntervalSince1970 * 1e9)
        try await bed.project.run(["start"] + ContainerBed.services)
        try await bed.isHealthy(ContainerBed.services)
        figures.note("services away", Date.now.timeIntervalSince(begin), "s")
        _ = try await eventually("everything was read again", within: .seconds(600), every: .seconds(5)) {
            () -> Bool? in
            try await bed.plumbline(["recover", "show", "--check"])
            return true
        }
        figures.note("until writing went on", Date.now.timeIntervalSince(begin), "s")
        try await bed.plumbline(["recover", "finish", "--reason", Self.reason])
        for command in afterUpgrade { try await bed.plumbline(command) }
        try await bed.isReady()
        return lost
    }

    private func stop(_ bed: ContainerBed, _ figures: inout DrillReport) async throws {
        try await bed.project.run(["stop", "--timeout", "40"] + ContainerBed.services)
        let stopped = try await bed.engine.containers().filter { ContainerBed.services.contains($0.service) }
        figures.expect("services that did not end by themselves", Double(stopped.count { $0.exitCode != 0 }), atMost: 0)
    }

    private func awaitAge() async throws {
        progress("  waiting until the backup is \(Int(age.inSeconds)) s old and \(writes) writes are newer")
        _ = try await eventually(
            "the backup is old enough", within: age + .seconds(900), every: .seconds(2)
        ) {
            () -> Bool? in
            let newer = await chronicle.changes.count {
                $0.isOurs && $0.time > backup.nanoseconds && ["create", "update"].contains($0.operation)
            }
            return backup.age >= age && newer >= writes ? true : nil
        }
    }
}
