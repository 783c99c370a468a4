import Testing

@testable import HubSpot

@Suite("HubSpot: where a poll goes back to")
struct HubSpotPollCursorTests {
    @Test("A cursor goes back to a moment, to the beginning of its query, and never forth")
    func rewound() {
        let cursor = HubSpotPollCursor(since: 1_200_000, after: "50", latest: 1_500_000, origin: 1_000_000)
        let back = cursor.rewound(to: 400_000)
        #expect(back == HubSpotPollCursor(since: 340_000, latest: 340_000, origin: 340_000))
        let later = cursor.rewound(to: 9_000_000)
        #expect(later.since == 1_000_000 && later.after == nil, "what was not asked for yet is not passed over")
        #expect(HubSpotPollCursor(back.text, now: 0) == back)
    }
}
