import CanonicalModel
import Foundation
import IntegrationSupport
import Logging
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("The sealed audit log (R14.1, R14.4)", .database) struct SealerTests {
    private let now = Instant("2026-03-02T15:00:00Z")!

    private func withLog(
        entries: Int, _ body: (PostgresPool, Sealer, AuditVerifier) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await IntegrationSpace.required().withPool { pool in
            try await Migrator(SyncStore.migrations()).migrate(on: pool)
            _ = try await pool.run([AuditLog.insert((0..<entries).map(entry))])
            let key = try SealingKey((0..<32).map { UInt8($0) })
            let anchors = AnchorFile(path: folder.appendingPathComponent("anchors.log").path)
            let sealer = Sealer(key: key, anchors: anchors, pool: pool, logger: Logger(label: "test"), batch: 10)
            let verifier = AuditVerifier(keys: [key.verifyingKey], anchors: anchors, pool: pool)
            try await body(pool, sealer, verifier)
        }
    }

    private func entry(_ number: Int) -> AuditEntry {
        AuditEntry(
            id: IDSource.random.next(now.advanced(bySeconds: Int64(number))), at: now,
            note: AuditNote(.observed, entity: .customer, body: Array("{\"n\":\(number)}".utf8)))
    }

    @Test("Everything that was committed is sealed, anchored and verified, also what comes later")
    func sealed() async throws {
        try await withLog(entries: 25) { pool, sealer, verifier in
            #expect(try await sealer.seal(everything: true) == 25)
            _ = try await sealer.anchor()
            _ = try await pool.run([AuditLog.insert([entry(-5)])])
            #expect(try await sealer.seal(everything: true) == 1, "an older id that was committed late")
            _ = try await sealer.anchor()
            let report = try await verifier.verify()
            #expect(report.fault == nil)
            #expect(report.verified == 26)
            #expect(report.unsealed == 0)
        }
    }

    @Test("What is not sealed is counted: of the last hour, and where the last seal is recent, of the last minutes")
    func unsealed() async throws {
        try await withLog(entries: 0) { pool, sealer, _ in
            let clock = try await pool.run(Statement("select clock_timestamp()") { try $0[0][0, as: Instant.self] })
            func record(minutesAgo: Int64) async throws {
                let at = clock.advanced(bySeconds: -60 * minutesAgo)
                let note = AuditNote(.observed, entity: .customer, body: [])
                _ = try await pool.run([AuditLog.insert([AuditEntry(id: IDSource.random.next(at), at: at, note: note)])]
                )
            }
            func figure() async throws -> (unsealed: Int, oldest: Instant?) {
                let figure = try await pool.run(SealFigure.current)
                return (figure.unsealed, figure.oldestUnsealedAt)
            }
            for minutes in [0, 2, 30, 90] as [Int64] { try await record(minutesAgo: minutes) }
            #expect(try await figure() == (3, clock.advanced(bySeconds: -1800)))
            try await sealer.seal(everything: true)
            #expect(try await figure() == (0, nil))
            for minutes in [1, 30] as [Int64] { try await record(minutesAgo: minutes) }
            #expect(try await figure() == (1, clock.advanced(bySeconds: -60)))
            try await pool.execute("update seal set sealed_at = sealed_at - interval '2 minutes'")
            #expect(try await figure() == (2, clock.advanced(bySeconds: -1800)), "the sealer has stopped")
        }
    }

    @Test("A changed body is found, and so is a row that is gone", arguments: ["update", "delete"])
    func tampering(_ how: String) async throws {
        try await withLog(entries: 12) { pool, sealer, verifier in
            try await sealer.seal(everything: true)
            _ = try await sealer.anchor()
            let victim: SQL = "(select audit from chain order by position offset 5 limit 1)"
            let change: SQL =
                how == "update"
                ? "update audit set body = 'x' where id = \(victim)" : "delete from audit where id = \(victim)"
            try await pool.execute(change)
            let fault = try #require(try await verifier.verify().fault)
            let sixth = try await pool.query("select position from chain order by position offset 5 limit 1")
            #expect(try fault.position == sixth[0][0, as: Int64.self])
        }
    }

    @Test("An erased body leaves the chain whole (R18.6)")
    func erased() async throws {
        try await withLog(entries: 5) { pool, sealer, verifier in
            try await sealer.seal(everything: true)
            try await pool.execute("update audit set actor = null, salt = null, body = null")
            let report = try await verifier.verify()
            #expect(report.fault == nil)
            #expect(report.erased == 5)
        }
    }

    @Test("A chain that was cut behind its last anchor is found")
    func cut() async throws {
        try await withLog(entries: 12) { pool, sealer, verifier in
            try await sealer.seal(everything: true)
            _ = try await sealer.anchor()
            try await pool.execute("delete from seal")
            try await pool.execute("delete from chain where position > 4")
            #expect(try await verifier.verify().fault != nil)
        }
    }

    @Test("Two sealers at once make one chain")
    func together() async throws {
        try await withLog(entries: 200) { pool, sealer, verifier in
            async let one = sealer.seal(everything: true)
            async let other = sealer.seal(everything: true)
            let counts = try await (one, other)
            #expect(counts.0 + counts.1 == 200)
            let report = try await verifier.verify()
            #expect(report.fault == nil)
            #expect(report.verified == 200)
        }
    }

    @Test("A verification beside a sealer at work finds nothing wrong")
    func beside() async throws {
        try await withLog(entries: 300) { _, sealer, verifier in
            async let sealing = sealer.seal(everything: true)
            var reports: [AuditVerifier.Report] = []
            repeat { reports.append(try await verifier.verify()) } while reports.last?.verified ?? 0 < 300
            #expect(try await sealing == 300)
            #expect(reports.compactMap(\.fault) == [])
        }
    }
}
