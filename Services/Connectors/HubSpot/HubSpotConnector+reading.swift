public import CanonicalModel
public import ConnectorKit
import SyncCore
import VendorHTTP

extension HubSpotConnector {
    /// Reads objects by id in batches.
    ///
    /// A changed line item is answered by the quotes that it stands on.
    public func read(
        _ references: [NativeReference], session: any VendorSession
    ) async throws(ConnectorFault) -> [ReadResult] {
        var results: [ReadResult] = []
        for (name, group) in Dictionary(grouping: references, by: \.type).sorted(by: { $0.key < $1.key }) {
            guard let type = HubSpotType(rawValue: name) else { continue }
            var ids = Array(Set(group.map(\.id))).sorted()
            var read = type
            if type == .lineItem {
                let quotes = try await api.associations(from: .lineItem, to: .quote, ids: ids, session: session)
                ids = Array(Set(quotes.values.flatMap { $0 })).sorted()
                read = .quote
            }
            results += try await self.read(read, ids: ids, session: session)
        }
        return results
    }

    private func read(
        _ type: HubSpotType, ids: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [ReadResult] {
        guard !ids.isEmpty else { return [] }
        var objects = try await api.read(type, ids: ids, session: session)
        if type == .quote { try await addLines(to: &objects, session: session) }
        return ids.map { id in
            let asked = NativeReference(type: type.rawValue, id: id)
            guard let body = objects[id] ?? objects.values.first(where: { Self.hasMerged($0, id) }) else {
                return .gone(asked)
            }
            let object = NativeObject(
                reference: NativeReference(type: type.rawValue, id: body["object"]["id"].string ?? id), body: body)
            // HubSpot answers by the old id with the survivor.
            return object.reference == asked ? .found(object) : .merged(asked, into: object)
        }
    }

    private static func hasMerged(_ body: JSONValue, _ id: String) -> Bool {
        body["object"]["properties"]["hs_merged_object_ids"].string?.split(separator: ";").contains { $0 == id } == true
    }

    private func addLines(
        to quotes: inout [String: JSONValue], session: any VendorSession
    ) async throws(ConnectorFault) {
        let ids = Set(quotes.values.flatMap { ($0["line_item"].array ?? []).compactMap(\.string) })
        guard !ids.isEmpty else { return }
        let lines = try await api.read(.lineItem, ids: ids.sorted(), session: session)
        for (id, quote) in quotes {
            let own = (quote["line_item"].array ?? []).compactMap { $0.string.flatMap { lines[$0] } }
            quotes[id]?["lines"] = .array(own.map { $0["object"] })
        }
    }

    /// One page of a type's objects.
    public func page(
        of nativeType: String, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> ObjectPage {
        guard let type = HubSpotType(rawValue: nativeType) else { return ObjectPage(objects: [], next: nil) }
        let after = cursor.map { "&after=\($0)" } ?? ""
        let list = try await api.call(
            VendorRequest(.get, "/crm/v3/objects/\(type.plural)?limit=100\(after)"), isSafe: true, session: session)
        guard let results = list["results"].array else { throw HubSpotErrors.unexpected(isSafe: true) }
        let ids = results.compactMap { $0["id"].string }
        let objects: [NativeObject] = try await read(type, ids: ids, session: session).compactMap { result in
            if case .found(let object) = result { object } else { nil }
        }
        return ObjectPage(objects: objects, next: list["paging"]["next"]["after"].string)
    }

    /// Goes back in time.
    public func rewound(_ cursor: String?, of stream: PollStream, to moment: Instant) -> String? {
        HubSpotPollCursor(cursor, now: moment.milliseconds).rewound(to: moment.milliseconds).text
    }

    /// Searches by the time of the last change.
    ///
    /// Each round looks back by a minute, for HubSpot's index lags; `HubSpotPollCursor` says how its pages follow each other.
    public func poll(
        _ stream: PollStream, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> PollPage {
        guard let type = HubSpotType(rawValue: stream.nativeType) else {
            return PollPage(changes: [], cursor: cursor ?? "", hasMore: false)
        }
        let begun = session.now.milliseconds
        let place = HubSpotPollCursor(cursor, now: begun)
        let answer = try await api.search(type, since: place.since, after: place.after, session: session)
        // Without a list nothing is known, and the cursor must stay.
        guard let results = answer["results"].array else { throw HubSpotErrors.unexpected(isSafe: true) }
        let changes = results.compactMap { object -> ChangeHint? in
            object["id"].string.map { id in
                ChangeHint(
                    native: NativeReference(type: type.rawValue, id: id),
                    occurredAt: object["updatedAt"].string.flatMap { Instant($0) }, topic: "poll")
            }
        }
        let last = results.last?["updatedAt"].string.flatMap { Instant($0) }?.milliseconds
        let next = place.next(after: answer["paging"]["next"]["after"].string, last: last, begun: begun)
        return PollPage(changes: changes, cursor: next.cursor.text, hasMore: next.hasMore)
    }
}
