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

    @Test(
        "R24.4: each page moves a round on, whatever it shows: none begins where it has begun",
        arguments: [nil, "0", "1", "40", "51", "100", "no number"] as [String?], [nil, "1", "50", "9899"] as [String?])
    func movesOn(offset: String?, place: String?) {
        for last in [900, 1_000, 1_001] as [Int64] {
            let cursor = HubSpotPollCursor(since: 1_000, after: place, latest: 1_000, origin: 0)
            let next = cursor.next(after: offset, last: last, begun: 2_000)
            guard next.hasMore else { continue }
            let before = (cursor.since, cursor.after.flatMap { Int($0) } ?? 0)
            let after = (next.cursor.since, next.cursor.after.flatMap { Int($0) } ?? 0)
            #expect(before < after, "offset \(offset ?? "none") after \(place ?? "none")")
        }
    }
}
