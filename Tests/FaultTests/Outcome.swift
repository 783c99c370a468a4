import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

/// What must be true once the main job was played, whatever was killed meanwhile.
enum Outcome {
    /// How often each kind of record was created, as the vendors themselves have counted.
    private static let created: [String: [String: Int]] = [
        "hubspot": ["companies": 1, "contacts": 1, "deals": 1, "quotes": 1, "line_items": 3],
        "jobber": ["Client": 1, "Property": 1, "Job": 1],
        "quickbooks": ["Customer": 1, "Invoice": 1, "Payment": 1],
    ]

    /// Waits until nothing is left to do, then counts: one native record of each kind, and nothing given up.
    static func check(_ system: RunningSystem, _ comment: Comment) async throws {
        try await checkRecords(system, comment)
        let done = try await texts(
            "select concat_ws(' ', kind, connection) from effect where native_id is not null order by 1", in: system)
        #expect(
            done == ["close_opportunity hubspot", "create_invoice quickbooks", "create_job jobber"], comment)
    }

    /// The same, but for what we know of how effects came about: a database that was restored has not seen it.
    static func checkRecords(_ system: RunningSystem, _ comment: Comment) async throws {
        try await eventually("no work is left", within: .seconds(90)) {
            let open = try await OpenWork.pieces(.everything, in: system)
            guard open.isEmpty else { throw StillOpen(pieces: open) }
            return true
        }
        for (vendor, client) in [
            ("hubspot", system.hubspot), ("jobber", system.jobber), ("quickbooks", system.quickbooks),
        ] {
            let changes = try await client.control("GET", "history/counts")["changes"]
            for (kind, count) in created[vendor] ?? [:] {
                #expect(changes?[kind]?["create"]?.intValue == count, "\(vendor) \(kind), \(comment)")
            }
        }
        let letters = try await texts(
            "select concat_ws(' ', source, connection, entity, native_id, code, failure) from dead_letter", in: system)
        #expect(letters == [], comment)
        let dead = try await texts(
            "select concat_ws(' ', connection, entity, failure) from work where state = 'dead'", in: system)
        #expect(dead == [], comment)
        let open = try await texts(
            "select concat_ws(' ', kind, state, reason) from effect where state <> 'done'", in: system)
        #expect(open == [], comment)
    }

    private static func texts(_ query: SQL, in system: RunningSystem) async throws -> [String] {
        try await system.pool.query(query).map { try $0[0, as: String.self] }
    }

    private struct StillOpen: Error {
        let pieces: [String]
    }
}
