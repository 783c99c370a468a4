/// Where a search by time goes on: the moment that it begins at and, among many of one moment, the offset.
///
/// HubSpot's offsets count from the beginning of a result that changes while it is read: an object that is changed goes to the
/// end, and the others move up, past a reader who goes on at the next offset. So pages are not counted: the next one begins at
/// the moment of the last change seen, inclusive.
struct HubSpotPollCursor: Equatable {
    /// Milliseconds since 1970 that the query begins at, the overlap included.
    let since: Int64
    /// HubSpot's offset among the changes of this one moment.
    let after: String?
    /// The latest change that the round has shown so far.
    let latest: Int64
    /// Where this round began: the next one begins no earlier.
    let origin: Int64

    /// Changes are in the index within this time, by experience; each round looks back so far.
    static let overlap: Int64 = 60_000
    /// So many of one moment are asked for again: what changes meanwhile leaves its place.
    static let margin = 50
    /// The offset beyond which HubSpot refuses to page.
    static let ceiling = 9900

    init(since: Int64, after: String? = nil, latest: Int64, origin: Int64) {
        self.since = since
        self.after = after
        self.latest = latest
        self.origin = origin
    }

    /// Reads a stored cursor; without one the poll begins now, less the overlap: what was before is the first load's.
    init(_ text: String?, now: Int64) {
        let parts = (text ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, let since = Int64(parts[0]), let latest = Int64(parts[2]) else {
            let since = now - Self.overlap
            self.init(since: since, latest: since, origin: since)
            return
        }
        // A cursor of an earlier version has no fourth part, and an offset over many moments: its query begins anew.
        guard parts.count == 4, let origin = Int64(parts[3]) else {
            self.init(since: since, latest: latest, origin: since)
            return
        }
        self.init(since: since, after: parts[1].isEmpty ? nil : String(parts[1]), latest: latest, origin: origin)
    }

    var text: String { "\(since)/\(after ?? "")/\(latest)/\(origin)" }

    /// The beginning of a round that shows everything since a moment; one that began earlier stays.
    func rewound(to moment: Int64) -> HubSpotPollCursor {
        let since = min(origin, moment - Self.overlap)
        return HubSpotPollCursor(since: since, latest: since, origin: since)
    }

    /// The place after a page, and whether there is more.
    ///
    /// - Parameters:
    ///   - after: HubSpot's offset of the next page; nil after the last.
    ///   - last: the moment of the last change on the page.
    ///   - begun: when the query was sent.
    func next(after: String?, last: Int64?, begun: Int64) -> (cursor: HubSpotPollCursor, hasMore: Bool) {
        let latest = max(self.latest, last ?? self.latest)
        guard let after, let last else {
            // Never beyond the start of this query less the lag of the index.
            let next = max(origin, min(latest, begun) - Self.overlap)
            return (HubSpotPollCursor(since: next, latest: latest, origin: next), false)
        }
        if last > since { return (HubSpotPollCursor(since: last, latest: latest, origin: origin), true) }
        let offset = Int(after) ?? 0
        guard offset < Self.ceiling else {
            // HubSpot shows no more of one moment; the comparison of whole lists finds the rest.
            return (HubSpotPollCursor(since: since + 1, latest: latest, origin: origin), true)
        }
        // Each page moves on, however short it is and whatever offset it names: a round that stays has no end.
        let place = self.after.flatMap { Int($0) } ?? 0
        let next = offset - Self.margin > place ? offset - Self.margin : max(offset, place + 1)
        return (HubSpotPollCursor(since: since, after: String(next), latest: latest, origin: origin), true)
    }
}
