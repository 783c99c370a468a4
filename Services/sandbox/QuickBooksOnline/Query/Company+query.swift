import Foundation
import SandboxKit

extension Company {
    /// Answers a statement with the value of `QueryResponse`.
    func query(_ text: String) throws(QuickBooksFault) -> JSON {
        let statement = try QueryParser.parse(text)
        guard let kind = EntityKind.byName[statement.entity] ?? EntityKind.byPath[statement.entity.lowercased()] else {
            throw .badQuery("Invalid context declaration: \(statement.entity)")
        }
        let filters = try statement.conditions.map { condition throws(QuickBooksFault) in
            try QueryFilter(condition, kind: kind)
        }
        let orders = try statement.orders.map { order throws(QuickBooksFault) in
            (path: try QueryPath(order.property, kind: kind), isDescending: order.isDescending)
        }
        for column in statement.columns { _ = try QueryPath(column, kind: kind) }
        let asksForActive = statement.conditions.contains { $0.property.lowercased() == "active" }
        var found: [EntityRecord] = []
        for id in named(by: statement) ?? changed(kind, by: statement) ?? tables[kind.name]?.order ?? [] {
            guard let record = live(kind.name, id), !kind.isNameList || asksForActive || record.isActive,
                filters.allSatisfy({ $0.holds(record, company: self) })
            else { continue }
            found.append(record)
        }
        if statement.isCount { return ["totalCount": .int(found.count)] }
        if !orders.isEmpty {
            let keyed = found.map { record in (record, orders.map { $0.path.value(record, company: self) }) }
            found = keyed.sorted { left, right in
                for (index, order) in orders.enumerated() where left.1[index] != right.1[index] {
                    return order.isDescending ? right.1[index] < left.1[index] : left.1[index] < right.1[index]
                }
                return left.0.id < right.0.id
            }.map(\.0)
        }
        let page = found.dropFirst(statement.start - 1).prefix(statement.maximum ?? 100)
        guard !page.isEmpty else { return .object(JSONObject()) }
        return [
            kind.name: .array(page.map { shown($0, kind, statement.columns) }), "startPosition": .int(statement.start),
            "maxResults": .int(page.count),
        ]
    }

    /// The ids that a statement names, in their order; nil where it names none, so that each record is to be looked at.
    private func named(by statement: QueryStatement) -> [Int]? {
        let condition = statement.conditions.first { condition in
            condition.property.lowercased() == "id" && [.equal, .within].contains(condition.operator)
        }
        guard let values = condition?.values else { return nil }
        let ids = values.compactMap { Int($0) }
        return ids.count == values.count ? Set(ids).sorted() : nil
    }

    /// The ids of those that were changed since a moment that a statement names, ascending; nil where it names none.
    private func changed(_ kind: EntityKind, by statement: QueryStatement) -> [Int]? {
        let bounds = statement.conditions.compactMap { condition -> SandboxInstant? in
            guard condition.property.lowercased() == "metadata.lastupdatedtime",
                [.greater, .greaterOrEqual].contains(condition.operator)
            else { return nil }
            // Times are compared in whole seconds.
            return condition.values.first.flatMap(SandboxInstant.init(iso8601:)).map {
                SandboxInstant(milliseconds: $0.milliseconds / 1000 * 1000)
            }
        }
        return bounds.max().flatMap { tables[kind.name]?.changed(since: $0) }
    }

    private func shown(_ record: EntityRecord, _ kind: EntityKind, _ columns: [String]) -> JSON {
        let whole = render(kind.name, record)
        guard !columns.isEmpty, let object = whole.objectValue else { return whole }
        let wanted = Set(columns.map { String($0.split(separator: ".")[0]).lowercased() } + ["id", "domain", "sparse"])
        var part = JSONObject(object.filter { wanted.contains($0.key.lowercased()) }.map { ($0.key, $0.value) })
        part["sparse"] = true
        return .object(part)
    }
}

/// A value that compares as numbers, times or text.
enum QueryValue: Sendable, Comparable, Hashable {
    case none
    case flag(Bool)
    case number(Decimal)
    case instant(Int64)
    case text(String)

    static func < (left: QueryValue, right: QueryValue) -> Bool {
        switch (left, right) {
        case (.none, .none): false
        case (.none, _): true
        case (.flag(let left), .flag(let right)): !left && right
        case (.number(let left), .number(let right)): left < right
        case (.instant(let left), .instant(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        default: false
        }
    }
}

/// A property that a statement names.
struct QueryPath: Sendable {
    private enum Source {
        case id
        case syncToken
        case created
        case updated
        case field(String, EntityKind.FieldType, [String])
    }

    private let source: Source

    init(_ text: String, kind: EntityKind) throws(QuickBooksFault) {
        let parts = text.split(separator: ".").map(String.init)
        switch text.lowercased() {
        case "id": source = .id
        case "synctoken": source = .syncToken
        case "metadata.createtime": source = .created
        case "metadata.lastupdatedtime": source = .updated
        default:
            guard let name = kind.fields.keys.first(where: { $0.lowercased() == parts.first?.lowercased() }),
                let field = kind.fields[name]
            else {
                throw QuickBooksFault(
                    "4001", "Invalid query", "QueryValidationError: Property \(text) not found for Entity \(kind.name)")
            }
            guard field.type != .list else {
                throw QuickBooksFault(
                    "4001", "Invalid query", "QueryValidationError: property '\(text)' is not queryable")
            }
            source = .field(name, field.type, Array(parts.dropFirst()))
        }
    }

    /// A value of a statement in this property's type; nil when it is none.
    func parsed(_ text: String) -> QueryValue? {
        switch source {
        case .id: return Decimal(string: text).map(QueryValue.number)
        case .syncToken: return Decimal(string: text).map(QueryValue.number)
        case .created, .updated: return SandboxInstant(iso8601: text).map { .instant($0.milliseconds) }
        case .field(_, let type, _):
            switch type {
            case .number, .integer: return Decimal(string: text).map(QueryValue.number)
            case .flag: return ["true", "false"].contains(text.lowercased()) ? .flag(text.lowercased() == "true") : nil
            case .date: return SandboxInstant(iso8601: String(text.prefix(10))).map { .text($0.dateOnly) }
            default: return .text(text.lowercased())
            }
        }
    }

    func value(_ record: EntityRecord, company: Company) -> QueryValue {
        switch source {
        case .id: return .number(Decimal(record.id))
        case .syncToken: return .number(Decimal(record.syncToken))
        // Times are kept and compared in whole seconds, as they are shown.
        case .created: return .instant(record.createdAt.milliseconds / 1000 * 1000)
        case .updated: return .instant(record.updatedAt.milliseconds / 1000 * 1000)
        case .field(let name, let type, let rest):
            if name == "Balance" || name == "BalanceWithJobs", record.fields[name] == nil {
                return .number(company.balance(ofCustomer: record.id))
            }
            guard var value = record.fields[name] else {
                return type == .flag && name == "Active" ? .flag(true) : .none
            }
            for part in rest {
                guard let inner = value[part] else { return .none }
                value = inner
            }
            if type == .reference, rest.isEmpty { value = value["value"] ?? .null }
            switch value {
            case .bool(let flag): return .flag(flag)
            case .int(let number): return .number(Decimal(number))
            case .decimal(let number): return .number(number)
            case .string(let text): return type == .date ? .text(text) : .text(text.lowercased())
            default: return .none
            }
        }
    }
}

/// One condition of a statement, ready to be applied.
struct QueryFilter: Sendable {
    private let path: QueryPath
    private let `operator`: QueryStatement.Operator
    private let values: [QueryValue]
    private let pattern: String

    init(_ condition: QueryStatement.Condition, kind: EntityKind) throws(QuickBooksFault) {
        path = try QueryPath(condition.property, kind: kind)
        `operator` = condition.operator
        pattern = condition.operator == .like ? (condition.values.first ?? "").lowercased() : ""
        if condition.operator == .like {
            values = []
            return
        }
        var values: [QueryValue] = []
        for text in condition.values {
            guard let value = path.parsed(text) else {
                throw QuickBooksFault(
                    "4001", "Invalid query",
                    "QueryValidationError: value \(text) is not valid for property \(condition.property)")
            }
            values.append(value)
        }
        self.values = values
    }

    func holds(_ record: EntityRecord, company: Company) -> Bool {
        let value = path.value(record, company: company)
        if `operator` == .like {
            switch value {
            case .text(let text): return Self.like(Array(text.utf8)[...], Array(pattern.utf8)[...])
            case .number(let number): return Self.like(Array("\(number)".utf8)[...], Array(pattern.utf8)[...])
            default: return false
            }
        }
        guard value != .none, let first = values.first else { return false }
        return switch `operator` {
        case .equal: value == first
        case .less: value < first
        case .greater: first < value
        case .lessOrEqual: !(first < value)
        case .greaterOrEqual: !(value < first)
        case .within: values.contains(value)
        case .like: false
        }
    }

    /// `%` stands for anything.
    private static func like(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        guard first == UInt8(ascii: "%") else {
            return text.first == first && like(text.dropFirst(), pattern.dropFirst())
        }
        var tail = text
        while true {
            if like(tail, pattern.dropFirst()) { return true }
            guard !tail.isEmpty else { return false }
            tail = tail.dropFirst()
        }
    }
}
