public import CanonicalModel

/// Which open proposal is meant: there is one per record, field and side.
public struct ProposalKey: Hashable, Sendable {
    /// The record.
    public var record: CanonicalID
    /// The field.
    public var field: FieldName
    /// Whose edit it is.
    public var connection: ConnectionID

    /// Takes the parts.
    public init(record: CanonicalID, field: FieldName, connection: ConnectionID) {
        self.record = record
        self.field = field
        self.connection = connection
    }
}

/// An edit that a person must decide on; both values are kept.
public struct Proposal: Hashable, Sendable {
    /// What kind of decision it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A correction of contact data by somebody who does not own it.
        case contactProposal = "contact_proposal"
        /// The wish of sales for another time.
        case dispatchChangeRequest = "dispatch_change_request"
        /// The wish to have a closed job looked at again.
        case reopenTicket = "reopen_ticket"
        /// A change of scope from the site.
        case amendment
        /// An owner's change of scope while the work is under way.
        case scopeHold = "scope_hold"
        /// A second value for a field that is written once.
        case writeOnceConflict = "write_once_conflict"
        /// An object that was archived or deleted in one system (R25.10).
        case archived
        /// Two objects of one system that claim the same record.
        case doubleLink = "double_link"
    }

    /// Its id.
    public var id: CanonicalID
    /// What kind of decision it is.
    public var kind: Kind
    /// Which record, field and side.
    public var key: ProposalKey
    /// The record's kind.
    public var entity: EntityKind
    /// The value that is proposed.
    public var proposed: PatchValue
    /// The value that holds.
    public var current: PatchValue
    /// Why it was not simply applied, in words.
    public var reason: String
    /// The event that brought it.
    public var event: CanonicalID
    /// When the edit was made in its system.
    public var changedAt: Instant
    /// The correlation of the event.
    public var correlation: CanonicalID

    /// Takes the parts.
    public init(
        id: CanonicalID, kind: Kind, key: ProposalKey, entity: EntityKind, proposed: PatchValue, current: PatchValue,
        reason: String, event: CanonicalID, changedAt: Instant, correlation: CanonicalID
    ) {
        self.id = id
        self.kind = kind
        self.key = key
        self.entity = entity
        self.proposed = proposed
        self.current = current
        self.reason = reason
        self.event = event
        self.changedAt = changedAt
        self.correlation = correlation
    }
}
