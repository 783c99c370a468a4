import CanonicalModel
import SyncStore

/// How old the oldest change of some flows may become, as the configuration names it: `customer:crm>field-service=30`.
struct FlowObjective: Sendable, Hashable {
    /// The kind of record; nil for all.
    var entity: EntityKind?
    /// Where changes are made; nil for all connections.
    var source: ConnectionID?
    /// Where they must be seen; nil for all connections.
    var target: ConnectionID?
    /// How old.
    var within: Duration

    /// What a configuration may hold.
    static let form = "ENTITY:SOURCE>TARGET=SECONDS with * for any, separated by commas, such as *:crm>*=30"

    /// Reads a list; nil where it is none.
    static func list(_ text: String) -> [FlowObjective]? {
        var objectives: [FlowObjective] = []
        for part in text.split(separator: ",") {
            guard let objective = FlowObjective(part) else { return nil }
            objectives.append(objective)
        }
        return objectives
    }

    private init?(_ text: Substring) {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false).map { Self.trimmed($0) }
        guard sides.count == 2, let seconds = Double(sides[1]), seconds > 0, seconds <= 2_592_000 else { return nil }
        let parts = sides[0].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let ends = parts[1].split(separator: ">", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2, ends.allSatisfy({ $0 == "*" || ConnectionID($0).isValid }) else { return nil }
        if parts[0] != "*" {
            guard let kind = EntityKind(rawValue: String(parts[0])) else { return nil }
            entity = kind
        }
        source = ends[0] == "*" ? nil : ConnectionID(ends[0])
        target = ends[1] == "*" ? nil : ConnectionID(ends[1])
        within = .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// Whether it is meant for a flow.
    func fits(_ flow: Flow) -> Bool {
        (entity == nil || entity == flow.entity) && (source == nil || source == flow.source)
            && (target == nil || target == flow.target)
    }
}
