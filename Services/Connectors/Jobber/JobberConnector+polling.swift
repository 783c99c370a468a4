public import CanonicalModel
public import ConnectorKit
import SyncCore

extension JobberConnector {
    /// Asks for what has changed since a moment; each round overlaps the one before it.
    ///
    /// Clients and time entries are asked for by the time of their change. Jobs cannot be, so their list is read from
    /// the newest change down to the moment. `JobberPollCursor` says how nothing slips through between two pages.
    public func poll(
        _ stream: PollStream, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> PollPage {
        if stream.name == JobberDescriptor.sweep.name { return try await sweep(after: cursor, session: session) }
        let begun = session.now
        let place = JobberPollCursor(cursor, now: begun)
        let document: String
        switch JobberType(rawValue: stream.nativeType) {
        case .client: document = JobberDocuments.changedClients
        case .job: document = JobberDocuments.changedJobs
        case .timeEntry: document = JobberDocuments.changedEntries
        case .property, .visit, nil: return PollPage(changes: [], cursor: place.text, hasMore: false)
        }
        var variables: JSONValue = ["after": place.after.map(JSONValue.string) ?? .null]
        let isByTime = stream.nativeType != JobberType.job.rawValue
        // Jobber's `after` leaves the moment itself out.
        if isByTime { variables["since"] = .string(place.since.advanced(bySeconds: -1).description) }
        let page = JobberListPage(try await api.call(document, variables, isSafe: true, session: session)["page"])
        var changes: [ChangeHint] = []
        var seen: [Instant] = []
        var isPast = false
        for node in page.nodes {
            guard let id = node["id"].string else { continue }
            let at = JobberObject.instant(node["updatedAt"])
            if let at, at < place.since, !isByTime {
                isPast = true
                break
            }
            if let at { seen.append(at) }
            changes.append(
                ChangeHint(
                    native: NativeReference(type: stream.nativeType, id: id), occurredAt: at, topic: "poll"))
        }
        return place.turn(after: page, isLast: isPast, seen: seen.max(), begun: begun, showing: changes)
    }

    /// The list of jobs around now begins anew; the others go back in time.
    public func rewound(_ cursor: String?, of stream: PollStream, to moment: Instant) -> String? {
        guard stream.name != JobberDescriptor.sweep.name else { return "" }
        return JobberPollCursor(cursor, now: moment).rewound(to: moment).text
    }

    /// Names the jobs that have a visit around now, one page at a time.
    ///
    /// The moments of its cursor say nothing; without a place in the list it begins anew.
    private func sweep(after cursor: String?, session: any VendorSession) async throws(ConnectorFault) -> PollPage {
        let range = JobberDescriptor.swept
        let place = JobberPollCursor(cursor, now: session.now)
        let page = JobberListPage(
            try await api.call(
                JobberDocuments.scheduledJobs,
                [
                    "from": .string(session.now.advanced(bySeconds: -range.back * 86_400).description),
                    "to": .string(session.now.advanced(bySeconds: range.ahead * 86_400).description),
                    "after": place.after.map(JSONValue.string) ?? .null,
                ], isSafe: true, session: session)["page"])
        let changes = page.ids.map {
            ChangeHint(native: NativeReference(type: JobberType.job.rawValue, id: $0), topic: "sweep")
        }
        return place.turn(after: page, seen: nil, begun: session.now, showing: changes)
    }
}
