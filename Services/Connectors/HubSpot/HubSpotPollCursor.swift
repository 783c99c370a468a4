/// Where a search by time goes on: the moment that it begins at, and the offset in it.
struct HubSpotPollCursor: Equatable {
    /// Milliseconds since 1970 that the query begins at, the overlap included.
    let since: Int64
    /// HubSpot's offset within the query.
    let after: String?
    /// The latest change that the query has shown so far.
    let latest: Int64

    /// Changes are in the index within this time, by experience; each query looks back so far.
    static let overlap: Int64 = 60_000
    /// The offset beyond which HubSpot refuses to page.
    static let ceiling = 9900

    init(since: Int64, after: String?, latest: Int64) {
        self.since = since
        self.after = after
        self.latest = latest
    }

    /// Reads a stored cursor; without one the poll begins now, less the overlap: what was before is the first load's.
    init(_ text: String?, now: Int64) {
        let parts = (text ?? "").split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 3, let since = Int64(parts[0]), let latest = Int64(parts[2]) {
            self.init(since: since, after: parts[1].isEmpty ? nil : String(parts[1]), latest: latest)
        } else {
            self.init(since: now - Self.overlap, after: nil, latest: now - Self.overlap)
        }
    }

    var text: String { "\(since)/\(after ?? "")/\(latest)" }

    /// The place after a page.
    func next(after: String?, last: Int64?, begun: Int64) -> HubSpotPollCursor {
        let latest = max(self.latest, last ?? self.latest)
        if let after, (Int(after) ?? 0) < Self.ceiling {
            return HubSpotPollCursor(since: since, after: after, latest: latest)
        }
        if after != nil {
            // Too many for one query: a new one begins at the last change seen, inclusive.
            return HubSpotPollCursor(since: max(since, latest), after: "0", latest: latest)
        }
        // Never beyond the start of this query less the lag of the index.
        let since = max(since, min(latest, begun) - Self.overlap)
        return HubSpotPollCursor(since: since, after: nil, latest: latest)
    }
}
