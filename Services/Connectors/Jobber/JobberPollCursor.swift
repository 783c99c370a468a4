import CanonicalModel

/// Where the asking for changes goes on: the moment to ask from, the place in the list, and the latest change seen.
///
/// Jobber's cursors are positions. What leaves its place while a list is read (a changed record goes to the other end, a deleted
/// one away) moves the others up, past a reader who goes on at the next position. So each page begins before the end of the
/// last one and must show some of it again; where it does not, the round begins anew.
struct JobberPollCursor: Equatable {
    /// Changes from this moment on are asked for, the overlap included.
    let since: Instant
    /// Jobber's cursor within the list.
    let after: String?
    /// The latest change that this round has shown.
    let latest: Instant
    /// The marks of the last objects of the page before: one of them must be on the next.
    let known: [String]

    /// Each round looks back so far: clocks differ, and lists lag behind the objects.
    static let overlap: Int64 = 60
    /// How many of a page's objects are looked for on the next: each may itself have moved meanwhile.
    private static let witnesses = 3

    init(since: Instant, after: String?, latest: Instant, known: [String] = []) {
        self.since = since
        self.after = after
        self.latest = latest
        self.known = known
    }

    /// Reads a stored cursor; without one the poll begins now, less the overlap: what was before is the first load's.
    init(_ text: String?, now: Instant) {
        let parts = (text ?? "").split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
        if parts.count >= 3, let since = Instant(parts[0]), let latest = Instant(parts[1]) {
            // A cursor of an earlier version has no fourth part.
            let known = parts.count == 4 ? parts[3].split(separator: ",").map(String.init) : []
            self.init(since: since, after: parts[2].isEmpty ? nil : String(parts[2]), latest: latest, known: known)
        } else {
            let since = now.advanced(bySeconds: -Self.overlap)
            self.init(since: since, after: nil, latest: since)
        }
    }

    var text: String { "\(since)|\(latest)|\(after ?? "")|\(known.joined(separator: ","))" }

    /// Whether a page begins where the page before was seen: nothing has slipped through between them.
    func isContinued(by page: JobberListPage) -> Bool {
        known.isEmpty || page.marks.contains { known.contains($0) }
    }

    /// The beginning of the same round.
    var anew: JobberPollCursor { JobberPollCursor(since: since, after: nil, latest: latest) }

    /// The beginning of a round that shows everything since a moment; one that began earlier stays.
    func rewound(to moment: Instant) -> JobberPollCursor {
        let since = min(since, moment.advanced(bySeconds: -Self.overlap))
        return JobberPollCursor(since: since, after: nil, latest: since)
    }

    /// The place after a page: further in the list, or at the beginning of the next round.
    ///
    /// - Parameters:
    ///   - page: what was shown; nil where the rest of the list is of no interest.
    ///   - seen: the latest change on the page.
    ///   - begun: when the query was sent; the next round never begins after it.
    func next(after page: JobberListPage?, seen: Instant?, begun: Instant) -> JobberPollCursor {
        let latest = max(self.latest, seen ?? self.latest)
        if let page, let place = page.next {
            return JobberPollCursor(
                since: since, after: place, latest: latest, known: page.marks.suffix(Self.witnesses))
        }
        let next = max(since, min(latest, begun).advanced(bySeconds: -Self.overlap))
        return JobberPollCursor(since: next, after: nil, latest: next)
    }
}
