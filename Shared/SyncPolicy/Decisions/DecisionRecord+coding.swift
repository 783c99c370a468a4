public import CanonicalModel

extension DecisionRecord {
    /// The record as JSON bytes; the same record gives the same bytes.
    ///
    /// - Throws: a fault when a value cannot be written.
    public func encode() throws(CodingFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        try write(to: &writer)
        return writer.finish()
    }

    /// Writes the record as one value of a larger document.
    public func write(to writer: inout JSONWriter) throws(CodingFault) {
        writer.beginObject()
        writer.key("policy_version")
        writer.int(policyVersion)
        if let owner { writer.member("owner", owner.rawValue) }
        writer.member("entity", input.entity.rawValue)
        writer.member("field", input.field.name)
        let type = ModelCatalog.field(input.field, of: input.entity)?.type
        try writer.change("incoming", input.incoming, type)
        if let current = input.current { try writer.change("current", current, type) }
        if !input.earlier.isEmpty {
            writer.key("earlier")
            writer.beginArray()
            for change in input.earlier { try writer.change(change, type) }
            writer.endArray()
        }
        if input.isJobInProgress {
            writer.key("job_in_progress")
            writer.bool(true)
        }
        writer.member("decided_at", input.now.description)
        writer.member("decision", decision.code)
        if let reason = decision.reason { writer.member("reason", reason) }
        if let conflict = decision.conflict {
            writer.key("conflict")
            writer.beginObject()
            try writer.change("owner", conflict.owner, type)
            try writer.change("other", conflict.other, type)
            writer.key("window")
            writer.int(conflict.window)
            writer.key("tolerance")
            writer.int(conflict.tolerance)
            writer.endObject()
        }
        writer.endObject()
    }

    /// Reads what `encode` has written.
    ///
    /// - Throws: a fault with the path of what cannot be read.
    public init(decoding bytes: [UInt8]) throws(CodingFault) {
        let tree: JSONValue
        do throws(JSONError) {
            tree = try JSONValue(parsing: bytes)
        } catch {
            throw CodingFault(
                .malformed, path: error.path, offset: error.offset, expected: "a decision record",
                found: error.message)
        }
        let body = RecordTree(tree, path: "")
        let entity = try body["entity"].entity()
        let field = FieldName(try body["field"].text())
        let type = ModelCatalog.field(field, of: entity)?.type
        var earlier: [FieldChange] = []
        for change in body["earlier"].elements { earlier.append(try change.change(type)) }
        let conflict = try body["conflict"].ifPresent { tree throws(CodingFault) in
            Conflict(
                owner: try tree["owner"].change(type), other: try tree["other"].change(type),
                window: try tree["window"].whole(), tolerance: try tree["tolerance"].whole())
        }
        let code = try body["decision"].text()
        let reason = try body["reason"].ifPresent { tree throws(CodingFault) in try tree.text() }
        guard let decision = FieldDecision(code: code, reason: reason, conflict: conflict) else {
            throw CodingFault(
                .unknownWord, path: "/decision", expected: "a decision with its reason",
                found: "'\(code.prefix(64))'")
        }
        self.init(
            policyVersion: try body["policy_version"].whole(),
            owner: try body["owner"].ifPresent { tree throws(CodingFault) in try tree.word() },
            input: DecisionInput(
                entity: entity, field: field, incoming: try body["incoming"].change(type),
                current: try body["current"].ifPresent { tree throws(CodingFault) in try tree.change(type) },
                earlier: earlier, isJobInProgress: body["job_in_progress"].isTrue,
                now: try body["decided_at"].instant()),
            decision: decision)
    }
}

extension FieldDecision {
    /// The kind of decision, as records and metrics name it.
    public var code: String {
        switch self {
        case .accept: "accept"
        case .same: "same"
        case .keep: "keep"
        case .propose: "propose"
        case .hold: "hold"
        case .refuse: "refuse"
        case .stale: "stale"
        case .ignore: "ignore"
        }
    }

    /// The reason, or the kind of proposal, as records name it; nil where there is none.
    public var reason: String? {
        switch self {
        case .accept, .stale, .same(confirms: false): nil
        case .same(confirms: true): "confirmed"
        case .keep(let reason, _): reason.rawValue
        case .propose(let kind, _): kind.rawValue
        case .hold(let reason): reason.rawValue
        case .refuse(let reason): reason.rawValue
        case .ignore(let reason): reason.rawValue
        }
    }

    init?(code: String, reason: String?, conflict: Conflict?) {
        switch code {
        case "accept": self = .accept(conflict: conflict)
        case "same": self = .same(confirms: reason == "confirmed")
        case "stale": self = .stale(conflict: conflict)
        case "keep":
            guard let reason = KeepReason(rawValue: reason ?? "") else { return nil }
            self = .keep(reason, conflict: conflict)
        case "propose":
            guard let kind = ProposalKind(rawValue: reason ?? "") else { return nil }
            self = .propose(kind, conflict: conflict)
        case "hold":
            guard let reason = HoldReason(rawValue: reason ?? "") else { return nil }
            self = .hold(reason)
        case "refuse":
            guard let reason = RefuseReason(rawValue: reason ?? "") else { return nil }
            self = .refuse(reason)
        case "ignore":
            guard let reason = IgnoreReason(rawValue: reason ?? "") else { return nil }
            self = .ignore(reason)
        default: return nil
        }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    fileprivate mutating func change(
        _ name: StaticString, _ change: FieldChange, _ type: FieldType?
    ) throws(CodingFault) {
        key(name)
        try self.change(change, type)
    }

    fileprivate mutating func change(_ change: FieldChange, _ type: FieldType?) throws(CodingFault) {
        beginObject()
        key("value")
        // A field that the model does not have has no type to write its value by; its name says enough.
        if let value = change.value.value, let type {
            try FieldCoding.write(value, as: type, to: &self)
        } else {
            null()
        }
        switch change.source {
        case .connection(let connection, let role):
            member("connection", connection.name)
            member("role", role.rawValue)
        case .effect: member("by", "effect")
        case .person(let name):
            member("by", "person")
            member("person", name)
        }
        member("changed_at", change.changedAt.description)
        if let event = change.event { member("event", event.description) }
        endObject()
    }
}
