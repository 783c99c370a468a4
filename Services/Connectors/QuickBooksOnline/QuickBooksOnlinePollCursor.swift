import CanonicalModel

/// Where the asking for changes goes on: the moment to ask from and, among many of one moment, the place.
struct QuickBooksOnlinePollCursor: Equatable {
    /// Changes from this moment on are asked for, the overlap included.
    let since: Instant
    /// The first position that is asked for, from 1.
    let start: Int
    /// Where this round began: the next one begins no earlier.
    let origin: Instant
    /// How many objects a page has.
    static let pageSize = 300
    /// Each round looks back so far, for a change can be stamped a while before it can be seen.
    static let overlap: Int64 = 60
    /// So many positions are asked for again among changes of one moment: what changes meanwhile leaves its place, and
    /// the others move up.
    static let margin = 50

    /// - Parameter origin: where the round began; nil where it begins here.
    init(since: Instant, start: Int = 1, origin: Instant? = nil) {
        self.since = since
        self.start = start
        self.origin = origin ?? since
    }

    /// Reads a stored cursor; without one the poll begins now, less the overlap: what was before is the first load's.
    init(_ text: String?, now: Instant) {
        let parts = (text ?? "").split(separator: "|")
        if parts.count >= 2, let since = Instant(parts[0]), let start = Int(parts[1]), start > 0 {
            // A cursor of an earlier version has no third part.
            self.init(since: since, start: start, origin: parts.count == 3 ? Instant(parts[2]) : nil)
        } else {
            self.init(since: Self.wholeSecond(now.advanced(bySeconds: -Self.overlap)))
        }
    }

    var text: String { "\(since)|\(start)|\(origin)" }

    /// The beginning of a round that shows everything since a moment; one that began earlier stays.
    func rewound(to moment: Instant) -> QuickBooksOnlinePollCursor {
        QuickBooksOnlinePollCursor(
            since: min(origin, Self.wholeSecond(moment.advanced(bySeconds: -Self.overlap))))
    }

    /// The place after a page, and whether there is more.
    ///
    /// Pages are not counted from a fixed beginning, for a row that changes goes to the end and moves all others up: the
    /// next page begins at the moment of the last change seen, inclusive. The next round looks back from the end of this one,
    /// however many pages it had.
    ///
    /// - Parameters:
    ///   - count: how many objects the page had.
    ///   - last: the moment of the last of them.
    ///   - vendorNow: the time by the vendor's clock.
    func next(count: Int, last: Instant?, vendorNow: Instant) -> (cursor: QuickBooksOnlinePollCursor, hasMore: Bool) {
        guard count >= Self.pageSize, let last else {
            let next = Self.wholeSecond(vendorNow.advanced(bySeconds: -Self.overlap))
            return (QuickBooksOnlinePollCursor(since: max(origin, next)), false)
        }
        let moment = Self.wholeSecond(last)
        if moment > since { return (QuickBooksOnlinePollCursor(since: moment, origin: origin), true) }
        return (QuickBooksOnlinePollCursor(since: since, start: start + count - Self.margin, origin: origin), true)
    }

    private static func wholeSecond(_ moment: Instant) -> Instant {
        Instant(seconds: (moment.milliseconds - (moment.milliseconds % 1000 + 1000) % 1000) / 1000)
    }
}
