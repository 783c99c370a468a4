public import CanonicalModel
public import ConnectorKit
import SyncCore

extension QuickBooksOnlineConnector {
    /// How far back deletions can be asked for; Intuit keeps 30 days.
    private static let deletionDays: Int64 = 29
    /// How many objects of one entity an answer about deletions has at most.
    private static let deletionLimit = 1000

    /// Asks for what has changed since a moment; each round overlaps the one before it.
    ///
    /// A changed document also marks its customer, whose balance it changes, and a payment its invoices.
    public func poll(
        _ stream: PollStream, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> PollPage {
        let place = QuickBooksOnlinePollCursor(cursor, now: session.now)
        if stream.name == QuickBooksOnlineDescriptor.deletions.name {
            return try await deletions(since: place.since, session: session)
        }
        guard let type = QuickBooksOnlineType(rawValue: stream.nativeType) else {
            return PollPage(changes: [], cursor: place.text, hasMore: false)
        }
        let active = type.isNameList ? " and Active in (true, false)" : ""
        let answer = try await api.query(
            "select * from \(type.rawValue) where MetaData.LastUpdatedTime >= '\(place.since)'\(active) "
                + "orderby MetaData.LastUpdatedTime startposition \(place.start) "
                + "maxresults \(QuickBooksOnlinePollCursor.pageSize)", session: session)
        let objects = answer["QueryResponse"][type.rawValue].array ?? []
        let changes = objects.flatMap { Self.hints(of: type, $0) }
        let next = place.next(
            count: objects.count,
            last: objects.last.flatMap { QuickBooksOnlineObject.instant($0["MetaData"]["LastUpdatedTime"]) },
            vendorNow: Self.begun(answer, session))
        return PollPage(changes: Self.unique(changes), cursor: next.cursor.text, hasMore: next.hasMore)
    }

    /// Goes back in time.
    public func rewound(_ cursor: String?, of stream: PollStream, to moment: Instant) -> String? {
        QuickBooksOnlinePollCursor(cursor, now: moment).rewound(to: moment).text
    }

    /// What was deleted since a moment; queries do not show it.
    private func deletions(
        since: Instant, session: any VendorSession
    ) async throws(ConnectorFault) -> PollPage {
        let documents = QuickBooksOnlineType.allCases.filter { !$0.isNameList }
        let earliest = session.now.advanced(bySeconds: -Self.deletionDays * 86_400)
        let since = max(since, earliest)
        let answer = try await api.get(
            "cdc",
            [("entities", documents.map(\.rawValue).joined(separator: ",")), ("changedSince", since.description)],
            session: session)
        // Without a list nothing is known, and the cursor must stay.
        guard let responses = answer["CDCResponse"][0]["QueryResponse"].array else {
            throw QuickBooksOnlineErrors.unreadable(isSafe: true)
        }
        var changes: [ChangeHint] = []
        var horizon = Self.begun(answer, session)
        var isFull = false
        for response in responses {
            for type in documents {
                let objects = response[type.rawValue].array ?? []
                changes += objects.filter { $0["status"].string == "Deleted" }.compactMap { object in
                    object["Id"].string.map {
                        ChangeHint(
                            native: NativeReference(type: type.rawValue, id: $0),
                            occurredAt: QuickBooksOnlineObject.instant(object["MetaData"]["LastUpdatedTime"]),
                            topic: "deleted")
                    }
                }
                let last = objects.last.flatMap { QuickBooksOnlineObject.instant($0["MetaData"]["LastUpdatedTime"]) }
                if objects.count >= Self.deletionLimit, let last, last > since {
                    isFull = true
                    horizon = min(horizon, last)
                }
            }
        }
        let cursor =
            isFull
            ? QuickBooksOnlinePollCursor(since: horizon)
            : QuickBooksOnlinePollCursor(since: since).next(count: 0, last: nil, vendorNow: horizon).cursor
        return PollPage(changes: changes, cursor: cursor.text, hasMore: isFull)
    }

    /// The objects that an object's change concerns.
    private static func hints(of type: QuickBooksOnlineType, _ object: JSONValue) -> [ChangeHint] {
        let occurredAt = QuickBooksOnlineObject.instant(object["MetaData"]["LastUpdatedTime"])
        func hint(_ type: QuickBooksOnlineType, _ id: String?) -> [ChangeHint] {
            guard let id else { return [] }
            return [
                ChangeHint(
                    native: NativeReference(type: type.rawValue, id: id), occurredAt: occurredAt, topic: "poll")
            ]
        }
        var hints = hint(type, object["Id"].string)
        guard !type.isNameList else { return hints }
        hints += hint(.customer, object["CustomerRef"]["value"].string)
        guard type == .payment else { return hints }
        for id in QuickBooksOnlineObject.invoices(ofPayment: object) { hints += hint(.invoice, id) }
        return hints
    }

    private static func unique(_ hints: [ChangeHint]) -> [ChangeHint] {
        var seen: Set<NativeReference> = []
        return hints.filter { seen.insert($0.native).inserted }
    }

    /// The time of an answer by the vendor's clock, which is what changes are stamped by.
    private static func begun(_ answer: JSONValue, _ session: any VendorSession) -> Instant {
        QuickBooksOnlineObject.instant(answer["time"]) ?? session.now
    }
}
