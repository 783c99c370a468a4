import CanonicalModel
import SandboxKit

/// What a vendor's history says of a wave of creates.
struct CreationJudgement {
    /// Records of which no object is in effect, or one without their id or their value.
    var lost = 0
    /// Objects in effect beyond one of each record.
    var duplicates = 0
    /// Objects that were made beyond one of each record, whatever became of them.
    var madeTwice = 0
    /// The longest time from the making of a second object until one of the two was taken back, in seconds.
    var slowestNeutralising = 0.0
    /// How many records a second got their first object, until nineteen of twenty had one: the last wait for look-ups.
    var perSecond = 0.0
    /// Records whose link names another object than the one in effect.
    var wronglyLinked = 0

    /// An object, with the times at which it was made and taken back.
    private struct Made {
        let record: NativeRecord
        var at = 0
        var end: Int?
    }

    init(_ wave: Wave, _ changes: [NativeChange], _ states: NativeStates, links: [CanonicalID: String]) {
        var objects: [String: Made] = [:]
        for change in changes where change.type == wave.type {
            if change.operation == "create", let record = states.record(change.system, change.type, change.id) {
                objects[change.id] = Made(record: record, at: change.time)
            } else if objects[change.id]?.end == nil, Self.endsEffect(change) {
                objects[change.id]?.end = change.time
            }
        }
        let ids = Dictionary(uniqueKeysWithValues: wave.wanted.map { ($0.key.description, $0.key) })
        let texts = Dictionary(uniqueKeysWithValues: wave.wanted.map { ($0.value, $0.key) })
        var groups: [CanonicalID: [Made]] = [:]
        for made in objects.values {
            if let record = Self.owner(of: made.record, ids, texts) { groups[record, default: []].append(made) }
        }
        for (record, text) in wave.wanted {
            let group = groups[record] ?? []
            let live = group.filter { $0.end == nil }
            if !live.contains(where: { Self.text(of: $0.record) == text }) { lost += 1 }
            duplicates += max(live.count - 1, 0)
            madeTwice += max(group.count - 1, 0)
            if live.count == 1, links[record] != live[0].record.id { wronglyLinked += 1 }
            let second = group.map(\.at).max() ?? 0
            for end in group.compactMap(\.end) {
                slowestNeutralising = max(slowestNeutralising, Double(end - second) / 1e9)
            }
        }
        let times = groups.values.compactMap { $0.map(\.at).min() }.sorted()
        guard let first = times.first else { return }
        let most = times.count * 19 / 20
        perSecond = Double(most) / max(Double(times[most] - first) / 1e9, 0.001)
    }

    /// Whose object it is, by the id that it bears; a customer of the ledger bears none, and is known by its name.
    private static func owner(
        of record: NativeRecord, _ ids: [String: CanonicalID], _ texts: [String: CanonicalID]
    ) -> CanonicalID? {
        switch record.type {
        case "Customer":
            let name = text(of: record) ?? ""
            // With digits behind it, it is the second of that name.
            return texts[name] ?? name.firstRange(of: " [").flatMap { texts[String(name[..<$0.lowerBound])] }
        case "Invoice":
            let words = (record.text("PrivateNote") ?? "").split { !$0.isHexDigit && $0 != "-" }
            return words.lazy.compactMap { ids[String($0)] }.first
        default:
            let values = record.fields["customFields"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? []
            return values.lazy.compactMap { ids[$0] }.first
        }
    }

    private static func text(of record: NativeRecord) -> String? {
        switch record.type {
        case "Client": record.text("companyName")
        case "Property": record.text("name")
        case "Job": record.text("title")
        case "Customer": record.text("DisplayName")
        default: record.fields["CustomerMemo"]?["value"]?.stringValue
        }
    }

    /// Whether a change takes an object back: a client is archived, a job closed, a property marked.
    private static func endsEffect(_ change: NativeChange) -> Bool {
        switch change.type {
        case "Client": change.fields["isArchived"]?.boolValue == true
        case "Job": change.operation == "close"
        case "Property": change.fields["name"]?.stringValue?.hasPrefix("Duplicate, do not use") == true
        case "Customer": change.fields["Active"]?.boolValue == false
        default: change.operation == "void"
        }
    }
}
