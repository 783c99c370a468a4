/// Who made a change or sent a request.
public enum SandboxActor: Sendable, Hashable, CustomStringConvertible {
    /// An API client, by the name of its token's client.
    case token(String)
    /// A person in the vendor's own pages.
    case user(String)
    /// The loading of test data.
    case seed
    /// The vendor itself, for example a status that follows from the clock.
    case system

    /// `token:app`, `user:maria`, `seed` or `system`.
    public var description: String {
        switch self {
        case .token(let name): "token:\(name)"
        case .user(let name): "user:\(name)"
        case .seed: "seed"
        case .system: "system"
        }
    }
}

/// One field of a record before and after a change.
public struct FieldChange: Sendable, Hashable {
    /// The vendor's name of the field.
    public let name: String
    /// The value before; nil when there was none.
    public let old: JSON?
    /// The value after; nil when it was removed.
    public let new: JSON?

    /// A field's change from `old` to `new`.
    public init(_ name: String, old: JSON?, new: JSON?) {
        self.name = name
        self.old = old
        self.new = new
    }

    /// The changes that lead from one set of fields to another, in the order of their names.
    public static func between(_ old: [String: JSON], _ new: [String: JSON]) -> [FieldChange] {
        Set(old.keys).union(new.keys).sorted().compactMap { name in
            old[name] == new[name] ? nil : FieldChange(name, old: old[name], new: new[name])
        }
    }
}

/// One committed change of one native record.
public struct SandboxChange: Sendable, Sequenced {
    /// The place in the history; the history gives it.
    public internal(set) var sequence: UInt64 = 0
    /// The wall clock at the commit in nanoseconds since 1970, for measurements; the history gives it.
    public internal(set) var wallNanoseconds: UInt64 = 0
    /// The vendor's name.
    public let vendor: String
    /// The vendor's name of the kind of object.
    public let objectType: String
    /// The native id.
    public let nativeID: String
    /// What was done: `create`, `update`, `delete`, or a vendor's own verb.
    public let operation: String
    /// The fields that changed.
    public let fields: [FieldChange]
    /// Who did it.
    public let actor: SandboxActor
    /// The request that did it; nil for what came by the control API or by itself.
    public let requestID: UInt64?
    /// The sandbox time of the commit.
    public let at: SandboxInstant

    /// A change that is about to be committed.
    public init(
        vendor: String, objectType: String, nativeID: String, operation: String, fields: [FieldChange],
        actor: SandboxActor, requestID: UInt64?, at: SandboxInstant
    ) {
        self.vendor = vendor
        self.objectType = objectType
        self.nativeID = nativeID
        self.operation = operation
        self.fields = fields
        self.actor = actor
        self.requestID = requestID
        self.at = at
    }

    var json: JSON {
        var fields = JSONObject()
        for field in self.fields { fields[field.name] = ["old": field.old ?? .null, "new": field.new ?? .null] }
        return [
            "kind": "change", "sequence": .int(Int(sequence)), "at": .string(at.iso8601),
            "wallNanoseconds": .int(Int(wallNanoseconds)), "vendor": .string(vendor), "type": .string(objectType),
            "id": .string(nativeID), "operation": .string(operation), "fields": .object(fields),
            "actor": .string("\(actor)"), "requestId": requestID.map { .int(Int($0)) } ?? .null,
        ]
    }
}

/// One request that a client made, with what became of it.
public struct SandboxRequestRecord: Sendable, Sequenced {
    /// The place in the history; the history gives it.
    public internal(set) var sequence: UInt64 = 0
    /// The wall clock at the end of the request in nanoseconds since 1970; the history gives it.
    public internal(set) var wallNanoseconds: UInt64 = 0
    /// The number of the request, to which changes refer.
    public let requestID: UInt64
    /// The vendor's name.
    public let vendor: String
    /// The HTTP method.
    public let method: String
    /// The path with its query, as sent.
    public let target: String
    /// The operation's name where the path does not tell (GraphQL), else nil.
    public let operation: String?
    /// The HTTP status of the answer; 0 when the socket was closed without one.
    public let status: Int
    /// Who sent it, once that was known.
    public let actor: SandboxActor?
    /// The faults that played, by kind.
    public let faults: [String]
    /// The beginning of the body, as text.
    public let body: String
    /// The sandbox time of arrival.
    public let at: SandboxInstant
    /// How long the answer took, in microseconds of wall clock.
    public let microseconds: Int

    var json: JSON {
        [
            "kind": "request", "sequence": .int(Int(sequence)), "at": .string(at.iso8601),
            "wallNanoseconds": .int(Int(wallNanoseconds)), "vendor": .string(vendor),
            "requestId": .int(Int(requestID)), "method": .string(method), "target": .string(target),
            "operation": .optional(operation), "status": .int(status), "actor": .optional(actor.map { "\($0)" }),
            "faults": .array(faults.map(JSON.string)), "body": .string(body), "microseconds": .int(microseconds),
        ]
    }
}
