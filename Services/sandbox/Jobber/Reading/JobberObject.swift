import SandboxGraphQL

/// What stands for an object while an operation is executed.
enum JobberObject {
    case query
    case mutation
    case record(JobberRecord)
    /// An object that is stored inside a record, or made up of its fields.
    case part(GraphQLObject, of: JobberRecord?)
    case connection(JobberPage)
    case edge(JobberPage, position: Int)
    case payload([String: Resolved<JobberObject>])
}

typealias JobberValue = Resolved<JobberObject>

extension Resolved where Object == JobberObject {
    static func record(_ record: JobberRecord?) -> JobberValue { record.map { .object(.record($0)) } ?? .null }

    static func records(_ records: [JobberRecord]) -> JobberValue { .list(records.map { .object(.record($0)) }) }

    static func part(_ fields: GraphQLObject, of owner: JobberRecord? = nil) -> JobberValue {
        .object(.part(fields, of: owner))
    }

    static func text(_ text: String?) -> JobberValue { .leaf(.optional(text)) }
    static func number(_ number: Double?) -> JobberValue { .leaf(.optional(number)) }
    static func int(_ number: Int) -> JobberValue { .leaf(.int(number)) }
    static func flag(_ flag: Bool) -> JobberValue { .leaf(.bool(flag)) }
}

/// One page of a connection.
struct JobberPage {
    /// The items of the page.
    let items: [JobberObject]
    /// How many items stand before the page.
    let offset: Int
    let total: Int

    /// The most items of one page, and how many there are without `first` or `last`.
    static let maximum = 100

    /// Cuts the page that the arguments ask for; cursors are positions, so that a list that changes shifts its pages.
    init(_ all: [JobberObject], _ arguments: GraphQLObject) {
        var range = 0..<all.count
        if let after = arguments.text("after").flatMap(Self.position) { range = min(after, all.count)..<all.count }
        if let before = arguments.text("before").flatMap(Self.position) {
            range = range.lowerBound..<max(range.lowerBound, min(before - 1, all.count))
        }
        if let first = arguments["first"]?.int {
            range = range.prefix(max(0, min(first, Self.maximum)))
        } else if let last = arguments["last"]?.int {
            range = range.suffix(max(0, min(last, Self.maximum)))
        } else {
            range = range.prefix(Self.maximum)
        }
        items = Array(all[range])
        offset = range.lowerBound
        total = all.count
    }

    func cursor(_ position: Int) -> String {
        EncodedCursor.make(offset + position + 1)
    }

    private static func position(_ cursor: String) -> Int? { EncodedCursor.parse(cursor) }

    var pageInfo: GraphQLObject {
        [
            "hasNextPage": .bool(offset + items.count < total), "hasPreviousPage": .bool(offset > 0),
            "startCursor": .optional(items.isEmpty ? nil : cursor(0)),
            "endCursor": .optional(items.isEmpty ? nil : cursor(items.count - 1)),
        ]
    }
}
