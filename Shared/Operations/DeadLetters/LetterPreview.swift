internal import CanonicalModel
internal import SyncCore
internal import SyncStore

/// What a replay of a letter would do.
///
/// Pure: made of rows that were read before.
struct LetterPreview: Sendable, Hashable {
    /// What would come of it.
    enum Verdict: String, Sendable, CaseIterable {
        /// The object would be made.
        case creates
        /// Fields of the object would be written.
        case sends
        /// Nothing would be sent: the system shows it already.
        case applied = "already_applied"
        /// A newer state counts by now; a replay sends what is missing of that one.
        case superseded
        /// The event would be judged again by the policy.
        case routes
        /// The object would be read again, and what differs be routed.
        case reads
        /// It goes on by itself.
        case underWay = "under_way"
        /// A replay would fail or do nothing.
        case impossible
    }

    /// A field, what is there and what would be.
    struct Change: Sendable, Hashable {
        var field: String
        var shown: String
        var wanted: String
    }

    var verdict: Verdict
    /// Why, where the verdict alone does not say it.
    var words: String?
    var changes: [Change] = []

    init(_ verdict: Verdict, _ words: String? = nil, changes: [Change] = []) {
        self.verdict = verdict
        self.words = words
        self.changes = changes
    }

    // MARK: Work

    /// What is known of the work that a letter is about.
    struct Work {
        var row: WorkTable.Row
        /// The state that would be sent: the newest, or the letter's own where that was edited; nil where this build cannot
        /// read it.
        var command: SyncCommand?
        /// Whether a newer command has come since the letter.
        var isNewer: Bool
        var capabilities: ConnectionCapabilities?
        var native: NativeReference?
        var shadow: Shadow?
        /// Where records are at the connection.
        var places: [CanonicalID: [EntityKind: NativeReference]]
    }

    /// Compares as egress does, with what the system showed last.
    init(_ work: Work, whole: Bool) {
        let place = work.row.version.place
        switch work.row.state {
        case .ready: self.init(.underWay, "its work is about to be sent")
        case .waiting: self.init(.underWay, "its work waits: \(work.row.failure?.text ?? "for a parent")")
        case .done, .dead:
            guard let command = work.command else {
                self.init(.impossible, "this build cannot read the desired state")
                return
            }
            guard let capability = work.capabilities?.entities[place.entity] else {
                self.init(.impossible, "no adapter says that \(place.connection) has a \(place.entity.rawValue)")
                return
            }
            self.init(work, command, capability, whole: whole)
        }
    }

    private init(_ work: Work, _ command: SyncCommand, _ capability: EntityCapability, whole: Bool) {
        let place = work.row.version.place
        let (desired, missing) = EgressStep.resolve(command) { record, entity in
            work.places[record]?[entity]
        } has: {
            work.capabilities?.entities[$0] != nil
        }
        if work.native == nil {
            let required = missing.keys.filter(capability.requires).sorted().map(\.name)
            if !required.isEmpty {
                self.init(
                    .impossible,
                    "it would wait: \(required.joined(separator: ", ")) is not at \(place.connection) yet")
                return
            }
            if capability.home == nil, !(command.mayCreate && capability.creates) {
                self.init(.impossible, "it is not at \(place.connection), and is not created there")
                return
            }
        }
        // A replay tries held fields, too.
        let difference = EgressStep.difference(
            record: place.record, desired: desired, shadow: work.native == nil ? nil : work.shadow,
            capability: capability)
        let changes = difference.changes.sorted { $0.key < $1.key }.map { field, wanted in
            let shown = work.native == nil ? .clear : work.shadow?.fields[field] ?? .clear
            return Change(field, shown, wanted, of: place.entity, whole: whole)
        }
        var words: [String] = []
        if work.isNewer { words.append("a newer state has come since") }
        if difference.changes.isEmpty, difference.needsExternalID { words.append("only our id would be written there") }
        if !difference.superseded.isEmpty {
            words.append(
                "newer values there stay: " + difference.superseded.map(\.name).joined(separator: ", "))
        }
        let verdict: Verdict =
            work.isNewer
            ? .superseded : work.native == nil ? .creates : difference.isEmpty ? .applied : .sends
        self.init(verdict, words.isEmpty ? nil : words.joined(separator: "; "), changes: changes)
    }

    // MARK: Messages

    /// Compares an event with the record that it is about; nil where none is known.
    init(_ event: CanonicalEvent, record: RecordState?, whole: Bool) {
        guard let record else {
            self.init(
                .routes, "nobody knows the \(event.entity.rawValue) \(event.native) yet",
                changes: event.fields.sorted { $0.key < $1.key }.map {
                    Change($0.key, .clear, $0.value, of: event.entity, whole: whole)
                })
            return
        }
        let standing = EventStanding(of: event, for: record)
        guard event.change == .updated || event.change == .created else {
            self.init(.routes, "\(event.change.rawValue) by \(event.connection)")
            return
        }
        let newer = standing.newer.map(\.name).joined(separator: ", ")
        if standing.isOver {
            self.init(
                standing.newer.isEmpty ? .applied : .superseded,
                standing.newer.isEmpty ? "the record has these values" : "newer values stay: \(newer)")
            return
        }
        self.init(
            .routes, standing.newer.isEmpty ? nil : "newer values stay: \(newer)",
            changes: standing.differences.map {
                Change($0.field, $0.current, $0.offered, of: event.entity, whole: whole)
            })
    }

    // MARK: For people and programs

    /// One line.
    var line: String {
        verdict.rawValue.replacing("_", with: " ") + (words.map { ": \($0)" } ?? "")
    }

    var json: JSONValue {
        [
            "verdict": .string(verdict.rawValue), "words": .text(words),
            "changes": .array(
                changes.map {
                    ["field": .string($0.field), "shown": .string($0.shown), "wanted": .string($0.wanted)]
                }),
        ]
    }
}

extension LetterPreview.Change {
    /// A protected value is shown as its class, unless the whole was asked for.
    fileprivate init(
        _ field: FieldName, _ shown: PatchValue, _ wanted: PatchValue, of entity: EntityKind, whole: Bool
    ) {
        let pii = ModelCatalog.field(field, of: entity)?.pii ?? .sensitive
        let text: (PatchValue) -> String = { value in
            if !whole, pii != .none, value != .clear { return "[\(pii.rawValue)]" }
            return Wording.value(value, field, of: entity)
        }
        self.init(field: field.name, shown: text(shown), wanted: text(wanted))
    }
}
