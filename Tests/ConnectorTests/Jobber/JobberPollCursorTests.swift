import CanonicalModel
import ConnectorKit
import Testing

@testable import Jobber

@Suite("Jobber: where a poll goes back to")
struct JobberPollCursorTests {
    private let since = Instant("2026-03-12T17:00:00Z")!

    @Test("A cursor goes back to a moment, to the beginning of its list, and never forth")
    func rewound() {
        let cursor = JobberPollCursor(since: since, after: "MjA", latest: since.advanced(bySeconds: 30))
        let early = since.advanced(bySeconds: -600)
        let back = cursor.rewound(to: early)
        #expect(back.since == early.advanced(bySeconds: -JobberPollCursor.overlap))
        #expect(back.after == nil && back.latest == back.since)
        let later = cursor.rewound(to: since.advanced(bySeconds: 3600))
        #expect(later.since == since && later.after == nil, "what was not asked for yet is not passed over")
        #expect(JobberPollCursor(back.text, now: since) == back)
    }
}
