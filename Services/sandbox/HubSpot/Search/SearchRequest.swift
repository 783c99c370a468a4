import Foundation
import SandboxKit

/// A search as it was sent, checked.
struct SearchRequest: Sendable {
    enum Operator: String, Sendable {
        case equal = "EQ"
        case notEqual = "NEQ"
        case less = "LT"
        case lessOrEqual = "LTE"
        case greater = "GT"
        case greaterOrEqual = "GTE"
        case between = "BETWEEN"
        case within = "IN"
        case notWithin = "NOT_IN"
        case isSet = "HAS_PROPERTY"
        case isNotSet = "NOT_HAS_PROPERTY"
        case containsToken = "CONTAINS_TOKEN"
        case containsNoToken = "NOT_CONTAINS_TOKEN"
    }

    struct Filter: Sendable {
        let property: String
        let type: PropertyDefinition.ValueType
        /// The plural of the other kind, when the filter asks for a linked record.
        let linkedTo: String?
        let `operator`: Operator
        let values: [SearchValue]
    }

    struct Sort: Sendable {
        let property: String
        let type: PropertyDefinition.ValueType
        let isDescending: Bool
    }

    /// No search sees more than this many records, whatever its paging.
    static let ceiling = 10_000

    let groups: [[Filter]]
    let query: String?
    let sort: Sort?
    let limit: Int
    let after: Int

    init(_ body: JSON, portal: HubSpotPortal, schema: ObjectSchema) throws(HubSpotProblem) {
        limit = try Self.number(body["limit"], "limit") ?? 10
        after = try Self.number(body["after"], "after") ?? 0
        guard (0...200).contains(limit) else { throw .invalid("limit must be at most 200, not \(limit)") }
        guard after >= 0, after + limit <= Self.ceiling else {
            throw .invalid("Paging through a search ends at \(Self.ceiling) results; narrow its filters")
        }
        query = body["query"]?.stringValue
        let groupBodies = try Self.list(body["filterGroups"], "filterGroups")
        guard groupBodies.count <= 5 else {
            throw .invalid("A search has at most 5 filterGroups, not \(groupBodies.count)")
        }
        var groups: [[Filter]] = []
        for group in groupBodies {
            let filters = try Self.list(group["filters"], "filters")
            guard filters.count <= 6 else {
                throw .invalid("A filter group has at most 6 filters, not \(filters.count)")
            }
            groups.append(
                try filters.map { filter throws(HubSpotProblem) in
                    try Self.filter(filter, portal: portal, schema: schema)
                })
        }
        guard groups.reduce(0, { $0 + $1.count }) <= 18 else { throw .invalid("A search has at most 18 filters") }
        self.groups = groups
        let sorts = try Self.list(body["sorts"], "sorts")
        guard sorts.count <= 1 else { throw .invalid("A search has at most one sort") }
        sort = try sorts.first.map { body throws(HubSpotProblem) in try Self.sort(body, schema: schema) }
    }

    private static func list(_ body: JSON?, _ name: String) throws(HubSpotProblem) -> [JSON] {
        guard let body, !body.isNull else { return [] }
        guard let list = body.arrayValue else { throw .badJSON("\(name) must be a list") }
        return list
    }

    private static func number(_ body: JSON?, _ name: String) throws(HubSpotProblem) -> Int? {
        guard let body, !body.isNull else { return nil }
        guard let number = body.intValue ?? body.stringValue.flatMap({ Int($0) }) else {
            throw .invalid("\(name) must be an integer")
        }
        return number
    }

    private static func sort(_ body: JSON, schema: ObjectSchema) throws(HubSpotProblem) -> Sort {
        if let text = body.stringValue {
            let name = text.hasPrefix("-") ? String(text.dropFirst()) : text
            let type = try definition(name, schema).type
            return Sort(property: name, type: type, isDescending: text.hasPrefix("-"))
        }
        guard let name = body["propertyName"]?.stringValue?.lowercased() else {
            throw .badJSON("a sort needs a propertyName")
        }
        let direction = body["direction"]?.stringValue ?? "ASCENDING"
        guard ["ASCENDING", "DESCENDING"].contains(direction) else {
            throw .invalid("direction must be ASCENDING or DESCENDING")
        }
        return Sort(property: name, type: try definition(name, schema).type, isDescending: direction == "DESCENDING")
    }

    private static func definition(_ name: String, _ schema: ObjectSchema) throws(HubSpotProblem) -> PropertyDefinition
    {
        guard let definition = schema.definition(name) else {
            throw .invalid(
                "There was a problem with the request: property \(name) does not exist", code: "PROPERTY_DOESNT_EXIST")
        }
        return definition
    }

    private static func filter(_ body: JSON, portal: HubSpotPortal, schema: ObjectSchema) throws(HubSpotProblem)
        -> Filter
    {
        guard let name = body["propertyName"]?.stringValue?.lowercased() else {
            throw .badJSON("a filter needs a propertyName")
        }
        guard let text = body["operator"]?.stringValue, let `operator` = Operator(rawValue: text) else {
            throw .badJSON("a filter needs one of the known operators, not \(body["operator"] ?? .null)")
        }
        var linkedTo: String?
        var type = PropertyDefinition.ValueType.string
        if name.hasPrefix("associations.") {
            linkedTo = try portal.plural(String(name.dropFirst("associations.".count)))
        } else {
            type = try definition(name, schema).type
        }
        let texts: [String]
        switch `operator` {
        case .isSet, .isNotSet: texts = []
        case .within, .notWithin:
            texts = (body["values"]?.arrayValue ?? []).compactMap(\.scalarText)
            guard !texts.isEmpty else { throw .invalid("\(text) needs values") }
        case .between:
            guard let low = body["value"]?.scalarText, let high = body["highValue"]?.scalarText else {
                throw .invalid("BETWEEN needs value and highValue")
            }
            texts = [low, high]
        default:
            guard let value = body["value"]?.scalarText else { throw .invalid("\(text) needs a value") }
            texts = [value]
        }
        let values = try texts.map { value throws(HubSpotProblem) in
            guard let value = SearchValue(value, type: type) else {
                throw .invalid("\(value) is not a valid \(type.rawValue) for \(name)")
            }
            return value
        }
        return Filter(property: name, type: type, linkedTo: linkedTo, operator: `operator`, values: values)
    }
}

extension JSON {
    /// A value that may be sent as text or as a number.
    fileprivate var scalarText: String? {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .decimal(let number): "\(number)"
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }
}

/// A value that compares as its property's type says.
enum SearchValue: Sendable, Hashable, Comparable {
    case number(Decimal)
    case instant(Int64)
    case text(String)

    init?(_ text: String, type: PropertyDefinition.ValueType) {
        switch type {
        case .number:
            guard let number = Decimal(string: text) else { return nil }
            self = .number(number)
        case .date, .datetime:
            guard let instant = PropertyValidation.instant(text) else { return nil }
            self = .instant(instant.milliseconds)
        case .string, .enumeration, .bool: self = .text(text.lowercased())
        }
    }

    static func < (left: SearchValue, right: SearchValue) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.instant(let left), .instant(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        default: false
        }
    }

    /// The words of a text.
    var tokens: [Substring] {
        guard case .text(let text) = self else { return [] }
        return text.split { !$0.isLetter && !$0.isNumber && $0 != "*" }
    }
}
