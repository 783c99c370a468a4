import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("The audit log", .database)
struct AuditLogTests {
    @Test("Entries are found by record and by correlation, in order, page by page")
    func timeLine() async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let correlation = sample.newID()
            var entries: [AuditEntry] = []
            for number in 0..<10 {
                let note = AuditNote(
                    number % 2 == 0 ? .decided : .written, entity: .job, record: record, connection: "crm",
                    correlation: number < 4 ? correlation : nil, message: sample.newID(),
                    actor: number == 0 ? "ada@example.com" : nil, body: Array("{\"n\":\(number)}".utf8))
                entries.append(
                    AuditEntry(
                        id: IDSource.random.next(Instant(seconds: Int64(number))), at: Instant(seconds: Int64(number)),
                        note: note))
            }
            try await pool.run(AuditLog.insert(entries.reversed()))
            #expect(try await pool.run(AuditLog.entries(of: record)) == entries)
            #expect(
                try await pool.run(AuditLog.entries(of: record, after: entries[3].id, limit: 2))
                    == Array(entries[4...5]))
            #expect(try await pool.run(AuditLog.entries(of: record, kinds: [.decided])).count == 5)
            #expect(try await pool.run(AuditLog.latest(of: record, kinds: [.written], limit: 1)) == [entries[9]])
            #expect(try await pool.run(AuditLog.entries(correlation: correlation)) == Array(entries[..<4]))
            #expect(try await pool.run(AuditLog.erase(record: record)) == 10)
            let erased = try await pool.run(AuditLog.entries(of: record))
            #expect(erased.allSatisfy { $0.isErased && $0.note.body.isEmpty && $0.note.actor == nil })
        }
    }
}
