import CanonicalModel

/// Where the asking for changes goes on: the moment to ask from, the place in the list, and the latest change seen.
struct JobberPollCursor: Equatable {
    /// Changes from this moment on are asked for, the overlap included.
    let since: Instant
    /// Jobber's cursor within the list.
    let after: String?
    /// The latest change that this round has shown.
    let latest: Instant

    /// Each round looks back so far: clocks differ, and lists lag behind the objects.
    static let overlap: Int64 = 60

    init(since: Instant, after: String?, latest: Instant) {
        self.since = since
        self.after = after
        self.latest = latest
    }

    /// Reads a stored cursor; without one the poll begins now, less the overlap: what was before is the first load's.
    init(_ text: String?, now: Instant) {
        let parts = (text ?? "").split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count == 3, let since = Instant(parts[0]), let latest = Instant(parts[1]) {
            self.init(since: since, after: parts[2].isEmpty ? nil : String(parts[2]), latest: latest)
        } else {
            let since = now.advanced(bySeconds: -Self.overlap)
            self.init(since: since, after: nil, latest: since)
        }
    }

    var text: String { "\(since)|\(latest)|\(after ?? "")" }

    /// The place after a page: further in the list, or at the beginning of the next round.
    ///
    /// - Parameters:
    ///   - after: Jobber's cursor where the list goes on.
    ///   - seen: the latest change on the page.
    ///   - begun: when the query was sent; the next round never begins after it.
    func next(after: String?, seen: Instant?, begun: Instant) -> JobberPollCursor {
        let latest = max(self.latest, seen ?? self.latest)
        guard after == nil else { return JobberPollCursor(since: since, after: after, latest: latest) }
        let next = max(since, min(latest, begun).advanced(bySeconds: -Self.overlap))
        return JobberPollCursor(since: next, after: nil, latest: next)
    }
}
