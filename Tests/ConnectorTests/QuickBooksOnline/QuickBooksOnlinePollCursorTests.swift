import CanonicalModel
import Testing

@testable import QuickBooksOnline

@Suite("QuickBooks Online: where a poll goes on")
struct QuickBooksOnlinePollCursorTests {
    private let since = Instant("2026-03-12T17:00:00Z")!
    private let full = QuickBooksOnlinePollCursor.pageSize

    @Test("Without a cursor it begins a minute ago; a stored one is read back; another text is none")
    func reading() {
        let now = Instant("2026-03-12T17:00:30.250Z")!
        #expect(QuickBooksOnlinePollCursor(nil, now: now).since == Instant("2026-03-12T16:59:30Z"))
        let cursor = QuickBooksOnlinePollCursor(since: since, start: 251)
        #expect(QuickBooksOnlinePollCursor(cursor.text, now: now) == cursor)
        #expect(QuickBooksOnlinePollCursor("nonsense", now: now) == QuickBooksOnlinePollCursor(nil, now: now))
    }

    @Test("A full page goes on at its last moment, inclusive; many of one moment by position, with a margin")
    func pages() {
        let cursor = QuickBooksOnlinePollCursor(since: since)
        let later = Instant("2026-03-12T17:00:07.900Z")!
        let next = cursor.next(count: full, last: later, vendorNow: later)
        #expect(next.hasMore)
        #expect(next.cursor == QuickBooksOnlinePollCursor(since: Instant("2026-03-12T17:00:07Z")!, origin: since))
        let same = cursor.next(count: full, last: since, vendorNow: later)
        #expect(same.hasMore)
        #expect(same.cursor.since == since)
        #expect(same.cursor.start == 1 + full - QuickBooksOnlinePollCursor.margin)
    }

    @Test(
        "R24.4: each page moves a round on, whatever it shows: none begins where it has begun",
        arguments: [-3600, 0, 1] as [Int64], [1, 251, 9001])
    func movesOn(seconds: Int64, start: Int) {
        let cursor = QuickBooksOnlinePollCursor(since: since, start: start)
        let last = since.advanced(bySeconds: seconds)
        let next = cursor.next(count: full, last: last, vendorNow: since.advanced(bySeconds: 7200))
        #expect(next.hasMore)
        #expect((cursor.since, cursor.start) < (next.cursor.since, next.cursor.start))
    }

    @Test("A cursor goes back to a moment, to the beginning of its round, and never forth")
    func rewound() {
        let cursor = QuickBooksOnlinePollCursor(since: since, start: 251)
        let back = cursor.rewound(to: Instant("2026-03-12T16:50:00.500Z")!)
        #expect(back == QuickBooksOnlinePollCursor(since: Instant("2026-03-12T16:49:00Z")!))
        let later = cursor.rewound(to: Instant("2026-03-12T18:00:00Z")!)
        #expect(later == QuickBooksOnlinePollCursor(since: since), "what was not asked for yet is not passed over")
    }

    @Test("The last page sets the cursor a minute before the vendor's time, and never back")
    func ends() {
        let cursor = QuickBooksOnlinePollCursor(since: since, start: 251)
        let end = cursor.next(count: 3, last: since, vendorNow: Instant("2026-03-12T17:05:00Z")!)
        #expect(!end.hasMore)
        #expect(end.cursor == QuickBooksOnlinePollCursor(since: Instant("2026-03-12T17:04:00Z")!))
        let early = cursor.next(count: 0, last: nil, vendorNow: since)
        #expect(early.cursor == QuickBooksOnlinePollCursor(since: since))
    }

    @Test("R24.4: however many pages a round had, the next one looks back by a minute from its end")
    func lookBack() {
        var cursor = QuickBooksOnlinePollCursor(since: since)
        let now = Instant("2026-03-12T17:10:00Z")!
        for second in stride(from: Int64(100), through: 590, by: 10) {
            let next = cursor.next(count: full, last: since.advanced(bySeconds: second), vendorNow: now)
            #expect(next.hasMore)
            // What is stored between two pages keeps where the round began.
            cursor = QuickBooksOnlinePollCursor(next.cursor.text, now: now)
        }
        let end = cursor.next(count: 3, last: now, vendorNow: now)
        #expect(end.cursor == QuickBooksOnlinePollCursor(since: Instant("2026-03-12T17:09:00Z")!))
        // As an earlier version has stored it.
        let old = QuickBooksOnlinePollCursor("\(since)|251", now: now)
        #expect(old == QuickBooksOnlinePollCursor(since: since, start: 251))
    }
}
