import CanonicalModel
import Foundation
import IntegrationSupport
import Logging
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("Recovering from a backup", .database)
struct RecoveryTests {
    private func operated(_ estate: Estate) async throws -> [String] {
        try await estate.pool.query("select body from audit where kind = 'operated' order by id").map {
            String(decoding: try $0[0, as: [UInt8].self], as: UTF8.self)
        }
    }

    @Test("A recovery is begun once, shown connection by connection, and closed when all is through, or by force")
    func life() async throws {
        try await Estate.run { estate in
            let operations = RecoveryOperations(estate.pool)
            #expect(try await operations.report() == nil)
            await #expect(throws: OperationFailure.self) {
                try await operations.begin(
                    restoredTo: estate.now.advanced(bySeconds: 3600), by: "ada", reason: "a disk was lost")
            }
            let report = try await operations.begin(restoredTo: estate.now, by: "ada", reason: "a disk was lost")
            #expect(report.isHeld && report.json["phase"].string == "asking" && report.json["left"].int == 3)
            #expect(report.text.contains("crm-main") && report.text.contains("its adapter has not told"))
            await #expect(throws: OperationFailure.self) {
                try await operations.begin(restoredTo: estate.now, by: "ada", reason: "again")
            }
            await #expect(throws: OperationFailure.self) {
                try await operations.finish(isForced: false, by: "ada", reason: "we are in a hurry")
            }
            try await operations.finish(isForced: true, by: "ada", reason: "the ledger is gone for good")
            #expect(try await operations.report() == nil)
            let entries = try await operated(estate)
            #expect(entries.count == 2)
            #expect(entries[0].contains("recover begin") && entries[0].contains("a disk was lost"))
            #expect(entries[1].contains("recover finish") && entries[1].contains("\"forced\":true"))
        }
    }

    @Test("What was on its way at the time of the backup is due at once, and what its processes held is free")
    func due() async throws {
        try await Estate.run { estate in
            let (_, message) = try estate.event(changedAt: estate.now)
            try await estate.pool.run(MessageTable.insert([message], lease: .seconds(3600)))
            _ = try await estate.pool.run(Leases.acquire("poll", holder: "gone", lease: .seconds(3600)))
            _ = try await RecoveryOperations(estate.pool).begin(restoredTo: estate.now, by: "ada", reason: "test")
            let waiting = try await estate.pool.query(
                "select count(*) from message where lease_until > clock_timestamp()")[0][0, as: Int.self]
            #expect(waiting == 0)
            #expect(try await estate.pool.run(Leases.all).isEmpty)
        }
    }

    @Test("The audit log says what a backup has lost from when to when; a recovery makes it a gap, and sealing goes on")
    func gap() async throws {
        try await Estate.run { estate in
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("anchors-\(UUID())").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let secret = [UInt8](repeating: 9, count: 32)
            let sealer = Sealer(
                key: try SealingKey(secret), anchors: AnchorFile(path: path), pool: estate.pool,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            func write(_ count: Int) async throws {
                try await estate.pool.run(
                    AuditLog.insert(
                        (0..<count).map { number in
                            AuditEntry(
                                id: estate.id(), at: estate.now,
                                note: AuditNote(.decided, connection: estate.crm, body: Array("\(number)".utf8)))
                        }))
                try await sealer.seal(everything: true)
                try await sealer.anchor()
            }
            func verify() async throws -> AuditOperations.Verification {
                try await AuditOperations(estate.pool).verify(signingKey: secret, publicKeys: [], anchors: path)
            }
            try await write(5)
            let kept = try await verify().verified
            try await write(3)
            #expect(try await verify().fault == nil)
            // The backup knows no more than the first entries.
            try await estate.pool.execute(
                "delete from audit where id in (select audit from chain where position > \(kept))")
            try await estate.pool.execute("delete from seal where last_position > \(kept)")
            try await estate.pool.execute("delete from chain where position > \(kept)")
            #expect(try await sealer.lostAnchor()?.position == kept + 3)
            let cut = try await verify()
            #expect(cut.kind == "cut")
            #expect(cut.fault?.contains("the entries \(kept + 1) to \(kept + 3) at least") == true)
            _ = try await RecoveryOperations(estate.pool).begin(restoredTo: estate.now, by: "ada", reason: "test")
            try await write(4)
            #expect(try await sealer.lostAnchor() == nil)
            let whole = try await verify()
            #expect(whole.fault == nil, "\(whole.text)")
            #expect(whole.gaps.count == 1)
            #expect(whole.text.contains("LOST: entries \(kept + 1) to \(kept + 3) at least"))
            #expect(whole.verified == kept + 5 && whole.anchored == whole.verified)
        }
    }
}
