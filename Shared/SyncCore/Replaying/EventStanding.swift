public import CanonicalModel

/// What an event still means for the record as it is now.
///
/// Pure.
///
/// It says what the values are worth, not who owns them: that the policy decides when the event is routed.
public struct EventStanding: Sendable, Hashable {
    /// A field that the event would bring a value for.
    public struct Difference: Sendable, Hashable {
        /// The field.
        public var field: FieldName
        /// What the record has.
        public var current: PatchValue
        /// What the event says.
        public var offered: PatchValue
    }

    /// Fields that have the event's value already.
    public var applied: [FieldName] = []
    /// Fields that have a value which was set after the event.
    public var newer: [FieldName] = []
    /// Fields that the event may change, if its system may.
    public var differences: [Difference] = []

    /// Compares an event with the record that it is about.
    public init(of event: CanonicalEvent, for record: RecordState) {
        for (field, offered) in event.fields.sorted(by: { $0.key < $1.key }) {
            let state = record.fields[field]
            let current = state?.patchValue ?? .clear
            if current == offered {
                applied.append(field)
            } else if let state, state.provenance.changedAt > event.changedAt {
                newer.append(field)
            } else {
                differences.append(Difference(field: field, current: current, offered: offered))
            }
        }
    }

    /// Whether nothing of a plain change of fields is left to do.
    public var isOver: Bool { differences.isEmpty }
}
