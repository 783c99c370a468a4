import Foundation
import Glibc
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@Suite(
    "A database that is restored from a backup while the systems went on", .integration, .serialized,
    .timeLimit(.minutes(8)),
    .enabled(if: PrivatePostgres.isInstalled, "PostgreSQL is not installed below /usr/lib/postgresql"))
struct RestoredBackupTests {
    /// When the backup is taken.
    enum Moment: String, CaseIterable, CustomTestStringConvertible {
        /// Before anything has happened: every record is lost.
        case beginning
        /// When the job is in the field: what is lost are the work, the bill and the last changes.
        case middle

        var testDescription: String { rawValue }
    }

    @Test(
        "R13.3, R24.6: after a restore no record is made twice, none is lost, and the newest values are in all systems",
        arguments: Moment.allCases)
    func restored(_ moment: Moment) async throws {
        let space = try IntegrationSpace.required()
        try await PrivatePostgres.run { postgres in
            var servers = try space.servers
            servers.databaseURL = postgres.url
            try await withSystem(on: servers, .impatient(30)) { system in
                let (backup, time) = try await play(until: moment, on: system, postgres)
                let company = try await text(
                    "select native_id from link where connection = 'hubspot' and native_type = 'company'", in: system)
                try await rename(company, to: "Renamed after the backup", on: system)
                for connection in ["jobber", "quickbooks"] {
                    try await eventually("the name has arrived in \(connection)", within: .seconds(60)) {
                        try await shows("Renamed after the backup", connection, system)
                    }
                }
                let proposed = try await proposals(in: system)
                for service in SystemService.allCases { try await system.kill(service, by: SIGTERM) }
                try await postgres.restore(backup)
                try await recover(to: time, system)
                for connection in ["hubspot", "jobber", "quickbooks"] {
                    try await eventually("\(connection) shows the newest name again", within: .seconds(60)) {
                        try await shows("Renamed after the backup", connection, system)
                    }
                }
                try await Outcome.checkRecords(system, "restored to the \(moment)")
                #expect(try await proposals(in: system) == proposed, "nobody has proposed anything since")
                // And life goes on: one more change reaches all systems by the links that were found again.
                try await rename(company, to: "Renamed after the restore", on: system)
                for connection in ["jobber", "quickbooks"] {
                    try await eventually("a new name has arrived in \(connection)", within: .seconds(60)) {
                        try await shows("Renamed after the restore", connection, system)
                    }
                }
                try await Outcome.checkRecords(system, "after a change, restored to the \(moment)")
            }
        }
    }

    /// Plays the main job to its end, and takes a backup on the way.
    private func play(
        until moment: Moment, on system: RunningSystem, _ postgres: PrivatePostgres
    ) async throws -> (backup: URL, time: String) {
        var backup: URL?
        var time = Self.now
        if moment == .beginning { backup = try await postgres.backUp() }
        let story = try await PlayedStory("roofing", patience: Sabotage.patience, on: system)
        do {
            if moment == .middle {
                try await eventually("the job is in the field", within: .seconds(120)) {
                    try await !system.pool.query(
                        "select 1 from link where connection = 'jobber' and entity = 'job' and state = 'active'"
                    ).isEmpty
                }
                time = Self.now
                backup = try await postgres.backUp()
            }
            try await story.endsWell()
        } catch {
            await story.abandon()
            throw error
        }
        return (try #require(backup), time)
    }

    /// What the page for it says: begin, start, wait, finish.
    private func recover(to time: String, _ system: RunningSystem) async throws {
        let begun = try await system.plumbline([
            "recover", "begin", "--restored-to", time, "--reason", "the test's disk",
        ])
        #expect(begun.code == 0, "\(begun.text)")
        for service in SystemService.allCases { try await system.restart(service) }
        try await eventually("everything was read again", within: .seconds(180)) {
            let shown = try await system.plumbline(["recover", "show", "--check"])
            guard shown.code == 0 else { throw StillHeld(text: shown.text) }
            return true
        }
        let finished = try await system.plumbline(["recover", "finish", "--reason", "all is well"])
        #expect(finished.code == 0, "\(finished.text)")
    }

    private struct StillHeld: Error {
        let text: String
    }

    private func rename(_ company: String, to name: String, on system: RunningSystem) async throws {
        try await system.hubspot.control(
            "POST", "act",
            [
                "user": "maria",
                "actions": [
                    [
                        "action": "update", "type": "companies", "id": .string(company),
                        "properties": ["name": .string(name)],
                    ]
                ],
            ])
    }

    /// Whether a system has shown a name.
    private func shows(_ name: String, _ connection: String, _ system: RunningSystem) async throws -> Bool {
        try await !system.pool.query(
            """
            select 1 from shadow
            where connection = \(connection) and entity = 'customer' and position(\(Array(name.utf8)) in body) > 0
            """
        ).isEmpty
    }

    private func proposals(in system: RunningSystem) async throws -> [String] {
        try await system.pool.query(
            "select concat_ws(' ', connection, entity, field, kind) from proposal where state = 'open' order by 1"
        ).map { try $0[0, as: String.self] }
    }

    private func text(_ statement: SQL, in system: RunningSystem) async throws -> String {
        try await system.pool.query(statement)[0][0, as: String.self]
    }

    private static var now: String { ISO8601DateFormatter().string(from: Date()) }
}
