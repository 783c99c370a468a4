import SandboxKit

extension HubSpotPortal {
    /// `/crm/v3/objects/{type}/search`: reads the index, which may lag behind.
    func search(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let body = JSON.object(try call.object())
        let schema = try schema(plural)
        let request = try SearchRequest(body, portal: self, schema: schema)
        var found: [Found] = []
        let now = call.request.receivedAt
        for id in candidates(request, plural, schema.kind) {
            guard let record = tables[plural]?.records[id],
                let seen = record.seen(at: now, lag: call.request.indexLag), !seen.isArchived,
                matches(request, record, seen.properties, schema.kind)
            else { continue }
            found.append(
                Found(
                    id: id,
                    key: request.sort.flatMap { sort in
                        seen.properties[sort.property].flatMap { SearchValue($0, type: sort.type) }
                    }))
        }
        sort(&found, descending: request.sort?.isDescending ?? false)
        let view = RecordView(body, schema: schema)
        let page = found.dropFirst(request.after).prefix(request.limit)
        var results: [JSON] = []
        for entry in page {
            guard let record = tables[plural]?.records[entry.id],
                let seen = record.seen(at: now, lag: call.request.indexLag)
            else { continue }
            results.append(try render(record, plural, view, values: seen.properties))
        }
        var object: JSONObject = ["total": .int(found.count), "results": .array(results)]
        let next = request.after + page.count
        if next < found.count, !page.isEmpty { object["paging"] = ["next": ["after": .string(String(next))]] }
        return HubSpotAnswer(json: .object(object))
    }

    /// The ids of the records that may fit: not all where every group asks for those changed since some moment.
    private func candidates(_ request: SearchRequest, _ plural: String, _ kind: ObjectKind) -> [Int] {
        guard let table = tables[plural] else { return [] }
        let bounds = request.groups.map { group in
            group.compactMap { filter -> Int64? in
                guard filter.property == kind.modifiedProperty, filter.linkedTo == nil,
                    [.greater, .greaterOrEqual, .between].contains(filter.operator),
                    case .instant(let bound)? = filter.values.first
                else { return nil }
                return bound
            }.max()
        }
        guard !bounds.isEmpty, !bounds.contains(nil), let bound = bounds.compactMap(\.self).min() else {
            return Array(table.records.keys)
        }
        return table.changed(since: SandboxInstant(milliseconds: bound))
    }

    /// A record that fits, by what it is sorted by: whole records would be copied at each comparison.
    private struct Found {
        let id: Int
        let key: SearchValue?
    }

    private func sort(_ found: inout [Found], descending: Bool) {
        found.sort { left, right in
            guard left.key != right.key else { return left.id < right.id }
            // Records without the value come last, whichever the direction.
            guard let leftKey = left.key else { return false }
            guard let rightKey = right.key else { return true }
            return descending ? rightKey < leftKey : leftKey < rightKey
        }
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
