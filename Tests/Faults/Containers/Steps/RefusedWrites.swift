import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// The field service refuses what is written to its clients, until letters are dead; then it is mended, and they are replayed
/// as deploy/runbooks/replay.md says.
struct RefusedWrites {
    private static let letters = 5
    private static let reason = "the field service takes it again"

    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        try await bed.jobber.control(
            "POST", "faults",
            [
                "path": "/api/graphql", "contains": "clientEdit", "count": -1,
                "effect": ["kind": "server-error", "status": 422],
            ])
        do {
            try await eventually("letters are dead", within: .seconds(240)) {
                try await open(bed) >= Self.letters
            }
        } catch {
            _ = try? await bed.jobber.control("DELETE", "faults")
            throw error
        }
        try await bed.jobber.control("DELETE", "faults")
        figures.note("dead letters when the field service was mended", Double(try await open(bed)))
        // What was under way may be refused still.
        var replays = 0
        _ = try await eventually("no letter is left", within: .seconds(240), every: .seconds(3)) {
            () -> Bool? in
            let groups = try JSON(parsing: Array(try await bed.plumbline(["dead-letters", "group", "--json"]).utf8))
            for group in groups.arrayValue ?? [] {
                guard let key = group["group"]?.stringValue else { continue }
                try await replay(key, on: bed)
                replays += 1
            }
            return try await open(bed) == 0 ? true : nil
        }
        figures.note("groups that were replayed", Double(replays))
        figures.expect("letters left", Double(try await open(bed)), atMost: 0)
    }

    private func replay(_ group: String, on bed: ContainerBed) async throws {
        try await bed.plumbline(["dead-letters", "preview", "--group", group])
        let text = try await bed.plumbline(
            ["dead-letters", "replay", "--group", group, "--reason", Self.reason, "--stop-after", "200", "--json"])
        let answer = try JSON(parsing: Array(text.utf8))
        guard let id = answer["id"]?.stringValue ?? answer["replay"]?.stringValue else {
            throw DrillFailure("the replay has no id: \(answer)")
        }
        try await bed.plumbline(["dead-letters", "replays", "follow", id])
    }

    private func open(_ bed: ContainerBed) async throws -> Int {
        try await bed.pool.query(
            "select count(*) from dead_letter where state in ('open', 'replaying')")[0][0, as: Int.self]
    }
}
