import SandboxKit

extension HubSpotPortal {
    /// `/crm/v3/objects/{type}/search`: reads the index, which may lag behind.
    func search(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let body = JSON.object(try call.object())
        let schema = try schema(plural)
        let request = try SearchRequest(body, portal: self, schema: schema)
        var found: [(record: HubSpotRecord, seen: HubSpotRecord.Indexed)] = []
        let now = call.request.receivedAt
        for record in tables[plural]?.records.values ?? [:].values {
            guard let seen = record.seen(at: now, lag: call.request.indexLag), !seen.isArchived,
                matches(request, record, seen.properties, schema.kind)
            else { continue }
            found.append((record, seen))
        }
        sort(&found, by: request.sort)
        let view = RecordView(body, schema: schema)
        let page = found.dropFirst(request.after).prefix(request.limit)
        var object: JSONObject = [
            "total": .int(found.count),
            "results": .array(
                try page.map { entry throws(HubSpotProblem) in
                    try render(entry.record, plural, view, values: entry.seen.properties)
                }),
        ]
        let next = request.after + page.count
        if next < found.count, !page.isEmpty { object["paging"] = ["next": ["after": .string(String(next))]] }
        return HubSpotAnswer(json: .object(object))
    }

    private func sort(
        _ found: inout [(record: HubSpotRecord, seen: HubSpotRecord.Indexed)], by sort: SearchRequest.Sort?
    ) {
        guard let sort else {
            found.sort { $0.record.id < $1.record.id }
            return
        }
        let keyed = found.map { entry in
            (entry, entry.seen.properties[sort.property].flatMap { SearchValue($0, type: sort.type) })
        }
        found = keyed.sorted { left, right in
            guard left.1 != right.1 else { return left.0.record.id < right.0.record.id }
            // Records without the value come last, whichever the direction.
            guard let leftValue = left.1 else { return false }
            guard let rightValue = right.1 else { return true }
            return sort.isDescending ? rightValue < leftValue : leftValue < rightValue
        }.map(\.0)
    }

    private func matches(
        _ request: SearchRequest, _ record: HubSpotRecord, _ properties: [String: String], _ kind: ObjectKind
    ) -> Bool {
        if let query = request.query?.lowercased(), !query.isEmpty {
            let isFound = kind.searchableProperties.contains { properties[$0]?.lowercased().contains(query) ?? false }
            guard isFound else { return false }
        }
        guard !request.groups.isEmpty else { return true }
        return request.groups.contains { group in
            group.allSatisfy { holds($0, record, properties, kind) }
        }
    }

    private func holds(
        _ filter: SearchRequest.Filter, _ record: HubSpotRecord, _ properties: [String: String], _ kind: ObjectKind
    ) -> Bool {
        if let other = filter.linkedTo {
            let linked = associations.linked(from: ObjectReference(type: kind.plural, id: record.id), to: other)
            let ids = Set(linked.map { SearchValue.text(String($0.id)) })
            switch filter.operator {
            case .equal, .within: return filter.values.contains { ids.contains($0) }
            case .notEqual, .notWithin: return !filter.values.contains { ids.contains($0) }
            case .isSet: return !ids.isEmpty
            case .isNotSet: return ids.isEmpty
            default: return false
            }
        }
        let value = properties[filter.property].flatMap { SearchValue($0, type: filter.type) }
        switch filter.operator {
        case .isSet: return value != nil
        case .isNotSet: return value == nil
        case .notEqual: return value != nil && value != filter.values.first
        case .notWithin: return value != nil && !filter.values.contains { $0 == value }
        case .containsNoToken: return value.map { !Self.contains($0, filter.values.first) } ?? true
        default: break
        }
        guard let value, let first = filter.values.first else { return false }
        return switch filter.operator {
        case .equal: value == first
        case .less: value < first
        case .lessOrEqual: value <= first
        case .greater: value > first
        case .greaterOrEqual: value >= first
        case .between: value >= first && value <= (filter.values.last ?? first)
        case .within: filter.values.contains(value)
        case .containsToken: Self.contains(value, first)
        case .isSet, .isNotSet, .notEqual, .notWithin, .containsNoToken: false
        }
    }

    /// Whether every word of the pattern is a word of the value; `*` at either end of a word stands for anything.
    private static func contains(_ value: SearchValue, _ pattern: SearchValue?) -> Bool {
        let words = value.tokens
        return (pattern?.tokens ?? []).allSatisfy { wanted in
            let core = wanted.trimmingPrefix("*")
            let isOpenStart = core.count < wanted.count
            let isOpenEnd = core.hasSuffix("*")
            let text = isOpenEnd ? core.dropLast() : core
            return words.contains { word in
                switch (isOpenStart, isOpenEnd) {
                case (true, true): word.contains(text)
                case (true, false): word.hasSuffix(text)
                case (false, true): word.hasPrefix(text)
                case (false, false): word == text
                }
            }
        }
    }
}
