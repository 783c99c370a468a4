import SandboxGraphQL
import SandboxKit

/// The bounds of `{after, before, eq}`, read once for all the records of a list: after and before are strict.
struct JobberTimeRange {
    private let after: SandboxInstant?
    private let before: SandboxInstant?
    private let equal: SandboxInstant?

    /// Reads the bounds; bounds that are no time do not count.
    init(_ range: GraphQLObject?) {
        func bound(_ name: String) -> SandboxInstant? { range?.text(name).flatMap(SandboxInstant.init(iso8601:)) }
        (after, before, equal) = (bound("after"), bound("before"), bound("eq"))
    }

    /// Whether every time is within.
    var isOpen: Bool { after == nil && before == nil && equal == nil }

    /// No time before it is within; nil where there is no such bound.
    var earliest: SandboxInstant? { [after, equal].compactMap(\.self).max() }

    /// Whether a time lies within; what has no time is within an open range only.
    func contains(_ time: String?) -> Bool {
        guard !isOpen else { return true }
        guard let time = time.flatMap(SandboxInstant.init(iso8601:)) else { return false }
        if let after, time <= after { return false }
        if let before, time >= before { return false }
        if let equal, time != equal { return false }
        return true
    }
}

/// What a filter demands of several times of a record.
struct JobberTimes {
    private let ranges: [(name: String, range: JobberTimeRange)]

    /// Takes those of the named fields that the filter bounds.
    init(_ filter: GraphQLObject, _ names: String...) {
        ranges = names.map { ($0, JobberTimeRange(filter.object($0))) }.filter { !$0.range.isOpen }
    }

    /// Whether each of the record's times lies within its range.
    func fit(_ record: JobberRecord) -> Bool {
        ranges.allSatisfy { $0.range.contains(record.text($0.name)) }
    }
}
