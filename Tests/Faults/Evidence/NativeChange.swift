import SandboxKit

/// A change as a system of record has committed and written it down.
struct NativeChange: Sendable, Hashable {
    let sequence: Int
    let system: NativeSystem
    let type: String
    let id: String
    let operation: String
    /// `token:…` for an integration, `user:…` for a person.
    let actor: String
    /// The new values.
    let fields: [String: JSON]
    /// The computer's clock at the commit, in nanoseconds since 1970.
    let time: Int

    init(
        sequence: Int, system: NativeSystem, type: String, id: String, operation: String, actor: String,
        fields: [String: JSON], time: Int = 0
    ) {
        self.sequence = sequence
        self.system = system
        self.type = type
        self.id = id
        self.operation = operation
        self.actor = actor
        self.fields = fields
        self.time = time
    }

    /// Reads an entry of the sandbox's history; nil for what is none.
    init?(_ entry: JSON) {
        guard let sequence = entry["sequence"]?.intValue,
            let system = entry["vendor"]?.stringValue.flatMap(NativeSystem.init(vendor:)),
            let type = entry["type"]?.stringValue, let id = entry["id"]?.stringValue,
            let operation = entry["operation"]?.stringValue, let actor = entry["actor"]?.stringValue
        else { return nil }
        var fields: [String: JSON] = [:]
        for (name, change) in entry["fields"]?.objectValue ?? [:] { fields[name] = change["new"] ?? .null }
        self.init(
            sequence: sequence, system: system, type: type, id: id, operation: operation, actor: actor, fields: fields,
            time: entry["wallNanoseconds"]?.intValue ?? 0)
    }

    /// The same in seconds.
    var seconds: Double { Double(time) / 1e9 }

    /// Whether an integration has done it: that is us, for nobody else has a token.
    var isOurs: Bool { actor.hasPrefix("token:") }
}

extension NativeChange: CustomStringConvertible {
    /// One line of a finding.
    var description: String {
        let values = fields.sorted { $0.key < $1.key }.prefix(4).map { "\($0.key)=\("\($0.value)".prefix(80))" }
        return "#\(sequence) \(system.vendor) \(type) \(id) \(operation) by \(actor): \(values.joined(separator: ", "))"
    }
}
