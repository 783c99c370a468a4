import SandboxKit

/// I11: no change is late without an alert.
///
/// A change is followed by the mark of its intent: from the commit by a person in one system to our first write of it into
/// each record of another system that was there already. What never arrives is a matter of I1.
struct Lateness: Sendable {
    /// The objective that fault runs give every flow, in seconds.
    static let objective = 10.0
    /// How much later than its objective a change has to be an alert.
    static let bound = 60.0

    /// What the reconciler is told of it.
    static let objectives = Dictionary(
        uniqueKeysWithValues: ["REALTIME", "NEARREALTIME", "BATCH"].map {
            ("PLUMBLINE_FRESHNESS_OBJECTIVE_\($0)", "\(Int(objective))")
        })

    /// An alert as a row of our own table.
    struct Alert: Sendable {
        /// Kind, subject and cause.
        let text: String
        /// The system that it is about; nil for one about us.
        let system: NativeSystem?
        /// In seconds since 1970; nil for what still stands.
        let raised: Double
        let resolved: Double?
    }

    let changes: [NativeChange]
    let alerts: [Alert]
    /// When nobody could look, since the database or whoever looks was struck: ordered, without overlaps.
    let blind: [ClosedRange<Double>]

    init(_ changes: [NativeChange], _ alerts: [Alert], blind: [ClosedRange<Double>]) {
        self.changes = changes
        self.alerts = alerts
        self.blind = Self.joined(blind)
    }

    /// One way of a change.
    private struct Arrival {
        let source: NativeChange
        let target: NativeChange
    }

    /// Those that came later than an alert was due, explained by their alert or not.
    func findings() -> [Finding] {
        arrivals().compactMap { arrival in
            let due = self.due(after: arrival.source.seconds)
            guard arrival.target.seconds > due else { return nil }
            let seconds = Int(arrival.target.seconds - arrival.source.seconds)
            let text = "\(seconds) s from \(arrival.source) to \(arrival.target)"
            let alert = alerts.first { alert in
                alert.raised <= due && alert.resolved.map { $0 > arrival.source.seconds } ?? true
                    && (alert.system == nil || alert.system == arrival.source.system
                        || alert.system == arrival.target.system)
            }
            guard let alert else {
                return Finding(
                    .unexpected, "I11", "late, and no alert within \(Int(due - arrival.source.seconds)) s: \(text)")
            }
            return Finding(.explained, "I11", "late, and an alert said so: \(text): \(alert.text)")
        }
    }

    /// When a change that has not arrived must be an alert: blind time does not count.
    private func due(after time: Double) -> Double {
        var due = time + Self.objective + Self.bound
        for span in blind where span.upperBound > time && span.lowerBound < due {
            due += span.upperBound - max(span.lowerBound, time)
        }
        return due
    }

    private func arrivals() -> [Arrival] {
        var sources: [String: NativeChange] = [:]
        var seen: [NativeAddress: Double] = [:]
        var reached: Set<String> = []
        var arrivals: [Arrival] = []
        for change in changes {
            for mark in marks(in: change) {
                if !change.isOurs {
                    if sources[mark] == nil { sources[mark] = change }
                } else if let source = sources[mark], source.system != change.system,
                    let begun = seen[change.address], begun < source.seconds,
                    reached.insert("\(mark) \(change.address)").inserted
                {
                    arrivals.append(Arrival(source: source, target: change))
                }
            }
            if seen[change.address] == nil { seen[change.address] = change.seconds }
        }
        return arrivals
    }

    private func marks(in change: NativeChange) -> Set<String> {
        change.fields.values.reduce(into: []) { marks, value in Self.collect(value, &marks) }
    }

    private static func collect(_ value: JSON, _ marks: inout Set<String>) {
        if let text = value.stringValue {
            for match in text.matches(of: #/m[0-9]+q/#) { marks.insert(String(match.output)) }
        } else if let items = value.arrayValue {
            for item in items { collect(item, &marks) }
        } else if let members = value.objectValue {
            for (_, member) in members { collect(member, &marks) }
        }
    }

    private static func joined(_ spans: [ClosedRange<Double>]) -> [ClosedRange<Double>] {
        spans.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, span in
            if let last = joined.last, span.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
            } else {
                joined.append(span)
            }
        }
    }
}
