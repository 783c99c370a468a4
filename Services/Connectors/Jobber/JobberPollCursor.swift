import CanonicalModel
import ConnectorKit

/// Where the asking for changes goes on: the moment to ask from, the place in the list, and the latest change seen.
///
/// Jobber's cursors are positions. What leaves its place while a list is read (a changed record goes to the other end, a deleted
/// one away) moves the others up, past a reader who goes on at the next position. So each page begins before the end of the
/// last one and must show some of it again; where it does not, the round begins anew. One that keeps beginning anew is read to
/// the end of the list in spite of such gaps, for all of the list must be seen, and begins anew from there: its moment stays.
struct JobberPollCursor: Equatable {
    /// Changes from this moment on are asked for, the overlap included.
    let since: Instant
    /// Jobber's cursor within the list.
    let after: String?
    /// The latest change that this round has shown.
    let latest: Instant
    /// The marks of the last objects of the page before: one of them must be on the next.
    let known: [String]
    /// How often the round has begun anew.
    let restarts: Int
    /// Whether something may have slipped through since it last did.
    let hasGap: Bool

    /// Each round looks back so far: clocks differ, and lists lag behind the objects.
    static let overlap: Int64 = 60
    /// How many of a page's objects are looked for on the next: each may itself have moved meanwhile.
    private static let witnesses = 3

    init(
        since: Instant, after: String?, latest: Instant, known: [String] = [], restarts: Int = 0, hasGap: Bool = false
    ) {
        self.since = since
        self.after = after
        self.latest = latest
        self.known = known
        self.restarts = restarts
        self.hasGap = hasGap
    }

    /// Reads a stored cursor; without one the poll begins now, less the overlap: what was before is the first load's.
    init(_ text: String?, now: Instant) {
        let parts = (text ?? "").split(separator: "|", omittingEmptySubsequences: false)
        if parts.count >= 3, let since = Instant(parts[0]), let latest = Instant(parts[1]) {
            // A cursor of an earlier version has three or four parts.
            self.init(
                since: since, after: parts[2].isEmpty ? nil : String(parts[2]), latest: latest,
                known: parts.count > 3 ? parts[3].split(separator: ",").map(String.init) : [],
                restarts: parts.count > 4 ? max(Int(parts[4]) ?? 0, 0) : 0, hasGap: parts.count > 5)
        } else {
            let since = now.advanced(bySeconds: -Self.overlap)
            self.init(since: since, after: nil, latest: since)
        }
    }

    var text: String {
        let count = restarts > 0 || hasGap ? "|\(restarts)" : ""
        return "\(since)|\(latest)|\(after ?? "")|\(known.joined(separator: ","))\(count)\(hasGap ? "|gap" : "")"
    }

    /// Whether a page begins where the page before was seen: nothing has slipped through between them.
    private func isContinued(by page: JobberListPage) -> Bool {
        known.isEmpty || page.marks.contains { known.contains($0) }
    }

    /// The beginning of a round that shows everything since a moment; one that began earlier stays.
    func rewound(to moment: Instant) -> JobberPollCursor {
        let since = min(since, moment.advanced(bySeconds: -Self.overlap))
        return JobberPollCursor(since: since, after: nil, latest: since)
    }

    /// What a page has brought, with the place after it: further in the list, at the beginning of the same round, or at that
    /// of the next.
    ///
    /// - Parameters:
    ///   - page: what was shown.
    ///   - isLast: whether the rest of the list is of no interest.
    ///   - seen: the latest change on the page.
    ///   - begun: when the query was sent; the next round never begins after it.
    func turn(
        after page: JobberListPage, isLast: Bool = false, seen: Instant?, begun: Instant, showing changes: [ChangeHint]
    ) -> PollPage {
        let latest = max(self.latest, seen ?? self.latest)
        let isContinued = isContinued(by: page)
        let hasGap = hasGap || !isContinued
        let next = isLast ? nil : page.next
        if hasGap, next == nil || restarts < PollTurn.patience {
            let anew = JobberPollCursor(since: since, after: nil, latest: latest, restarts: restarts + 1)
            return PollPage(
                changes: changes, cursor: anew.text, hasMore: true, isAnew: true, restarts: anew.restarts)
        }
        if let next {
            let place = JobberPollCursor(
                since: since, after: next, latest: latest, known: page.marks.suffix(Self.witnesses),
                restarts: restarts, hasGap: hasGap)
            return PollPage(changes: changes, cursor: place.text, hasMore: true, restarts: restarts)
        }
        let moment = max(since, min(latest, begun).advanced(bySeconds: -Self.overlap))
        let place = JobberPollCursor(since: moment, after: nil, latest: moment)
        return PollPage(changes: changes, cursor: place.text, hasMore: false)
    }
}
