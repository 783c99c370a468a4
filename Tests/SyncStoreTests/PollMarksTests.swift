import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("What polls name", .database)
struct PollMarksTests {
    private static let native = NativeReference(type: "company", id: "1")
    /// The vendor's time of a change, to the millisecond, and one to the second.
    private static let exact = Instant(microseconds: 1_700_000_000_123_000)
    private static let coarse = Instant(seconds: 1_700_000_000)

    private func mark(changedAt: Instant?) -> Statement<Void> {
        var sample = Sample()
        return DirtyTable.mark([
            DirtyTable.Mark(
                Self.native, in: "crm", correlation: sample.newID(), hintedAt: Self.coarse, changedAt: changedAt)
        ])
    }

    /// A read that began at our time `readAt` and showed a change; nil for an answer to our own write.
    private func shows(_ change: Instant?, readAt: Instant, seenAt: Instant? = nil) throws -> Statement<Void> {
        let key = LinkKey(connection: "crm", native: Self.native, entity: .customer)
        var shadow = Shadow(readAt: readAt)
        shadow.modification = change.map { Shadow.Modification(at: $0, seenAt: seenAt ?? readAt) }
        return try Shadows.saveAll([Shadows.Entry(key, shadow)])
    }

    private func isMarked(by changedAt: Instant?, on pool: PostgresPool) async throws -> Bool {
        try await pool.run(mark(changedAt: changedAt))
        let claims = try await pool.run(DirtyTable.take())
        _ = try await pool.run(DirtyTable.clear(claims), Lanes.release(claims.map(\.lane)))
        return !claims.isEmpty
    }

    @Test("A change that a read has shown is not read again for a poll; a later one and a webhook's are")
    func known() async throws {
        try await withStore { pool in
            #expect(try await isMarked(by: Self.exact, on: pool), "an object that was never read")
            try await pool.run(try shows(Self.exact, readAt: Self.coarse))
            #expect(try await !isMarked(by: Self.exact, on: pool))
            #expect(try await !isMarked(by: Self.exact.advanced(bySeconds: -60), on: pool))
            #expect(try await isMarked(by: Instant(microseconds: Self.exact.microseconds + 1000), on: pool))
            #expect(try await isMarked(by: nil, on: pool))
        }
    }

    @Test("R13.4: what our own write was answered does not stand for a read: somebody else's change may be beside it")
    func ownWrite() async throws {
        try await withStore { pool in
            try await pool.run(try shows(Self.exact, readAt: Self.coarse))
            try await pool.run(try shows(nil, readAt: Self.coarse.advanced(bySeconds: 1)))
            #expect(try await isMarked(by: Self.exact, on: pool))
            try await pool.run(try shows(Self.exact, readAt: Self.coarse.advanced(bySeconds: 2)))
            #expect(try await !isMarked(by: Self.exact, on: pool))
        }
    }

    @Test("R13.4: a time to the second may stand for two changes, until a read is surely later than that second")
    func coarse() async throws {
        try await withStore { pool in
            let seenAt = Self.coarse.advanced(bySeconds: 5)
            try await pool.run(try shows(Self.coarse, readAt: Self.coarse, seenAt: seenAt))
            #expect(try await isMarked(by: Self.coarse, on: pool))
            // As soon as that read had ended: the second may still go on at the vendor.
            try await pool.run(try shows(Self.coarse, readAt: seenAt, seenAt: seenAt))
            #expect(try await isMarked(by: Self.coarse, on: pool))
            let later = seenAt.advanced(bySeconds: 10)
            try await pool.run(try shows(Self.coarse, readAt: later, seenAt: later))
            #expect(try await !isMarked(by: Self.coarse, on: pool))
            // A later change begins anew.
            let next = Self.coarse.advanced(bySeconds: 16)
            try await pool.run(try shows(next, readAt: next, seenAt: next))
            #expect(try await !isMarked(by: Self.coarse, on: pool))
            #expect(try await isMarked(by: next, on: pool))
        }
    }
}
