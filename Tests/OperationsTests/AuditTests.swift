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

@Suite("Verifying the audit log", .database)
struct AuditTests {
    private let secret = [UInt8](repeating: 9, count: 32)

    /// Five entries, sealed and anchored.
    private func withLog(_ body: (Estate, String) async throws -> Void) async throws {
        try await Estate.run { estate in
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("anchors-\(UUID())").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let record = estate.id()
            let entries = (0..<5).map { number in
                AuditEntry(
                    id: estate.id(), at: estate.now,
                    note: AuditNote(
                        .decided, entity: .customer, record: record, connection: estate.crm, actor: "ada",
                        body: Array("{\"n\":\(number)}".utf8)))
            }
            try await estate.pool.run(AuditLog.insert(entries))
            let sealer = Sealer(
                key: try SealingKey(secret), anchors: AnchorFile(path: path), pool: estate.pool,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            _ = try await sealer.seal(everything: true)
            _ = try await sealer.anchor()
            try await body(estate, path)
        }
    }

    @Test("A log that agrees verifies, by the signing key as by the public one alone")
    func agrees() async throws {
        try await withLog { estate, path in
            let operations = AuditOperations(estate.pool)
            let own = try await operations.verify(signingKey: secret, publicKeys: [], anchors: path)
            #expect(own.fault == nil && own.verified >= 5 && own.anchored == own.verified)
            #expect(own.text.hasPrefix("the audit log verifies"))
            let key = try AuditOperations.publicKey(of: secret)
            let auditor = try await operations.verify(signingKey: nil, publicKeys: [key], anchors: path)
            #expect(auditor.json["ok"].bool == true)
            let stranger = try await operations.verify(
                signingKey: [UInt8](repeating: 1, count: 32), publicKeys: [], anchors: path)
            #expect(stranger.kind == "bad_signature")
        }
    }

    @Test("A log that two keys have sealed verifies by the one that signs now and the public one of before")
    func twoKeys() async throws {
        try await withLog { estate, path in
            let next = [UInt8](repeating: 10, count: 32)
            let note = AuditNote(.operated, actor: "ada", body: [])
            try await estate.pool.run(AuditLog.insert([AuditEntry(id: estate.id(), at: estate.now, note: note)]))
            let sealer = Sealer(
                key: try SealingKey(next), anchors: AnchorFile(path: path), pool: estate.pool,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            #expect(try await sealer.seal(everything: true) == 1)
            _ = try await sealer.anchor()
            let operations = AuditOperations(estate.pool)
            let before = try AuditOperations.publicKey(of: secret)
            let both = try await operations.verify(signingKey: next, publicKeys: [before], anchors: path)
            #expect(both.fault == nil && both.anchored == both.verified && both.unsealed == 0)
            let one = try await operations.verify(signingKey: next, publicKeys: [], anchors: path)
            #expect(one.kind == "bad_signature")
        }
    }

    @Test("The first entry that was altered is named, with what stands there now")
    func altered() async throws {
        try await withLog { estate, path in
            try await estate.pool.execute(
                "update audit set connection = 'erp' where id = (select audit from chain where position = 3)")
            let result = try await AuditOperations(estate.pool).verify(
                signingKey: secret, publicKeys: [], anchors: path)
            #expect(result.position == 3 && result.kind == "altered" && result.verified == 2)
            #expect(result.text.contains("THE AUDIT LOG DOES NOT VERIFY: the row of position 3"))
            #expect(result.entry?.hasSuffix("erp") == true)
            #expect(result.json["fault"]["position"].int == 3)
        }
    }

    @Test("A log whose end was cut off, with its seals, does not agree with its anchors")
    func cut() async throws {
        try await withLog { estate, path in
            for table in ["chain", "seal", "audit"] {
                try await estate.pool.execute("delete from \(identifier: table)")
            }
            let operations = AuditOperations(estate.pool)
            #expect(try await operations.verify(signingKey: secret, publicKeys: [], anchors: path).kind == "cut")
            #expect(try await operations.verify(signingKey: secret, publicKeys: [], anchors: nil).fault == nil)
        }
    }
}
