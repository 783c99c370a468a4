public import CanonicalModel

/// What a trigger may bring about; each happens once per cause.
public enum EffectKind: String, Sendable, CaseIterable {
    /// A job in field service, from an approved estimate or a won opportunity.
    case createJob = "create_job"
    /// An invoice in the ledger, from a completed job.
    case createInvoice = "create_invoice"
    /// The opportunity of a completed job is won, if it is still open (R25.4).
    case closeOpportunity = "close_opportunity"

    /// The entities whose progress may bring it about.
    public var causes: [EntityKind] {
        switch self {
        case .createJob: [.estimate, .opportunity]
        case .createInvoice, .closeOpportunity: [.job]
        }
    }

    /// The entity that it creates, and where; nil where it creates none.
    public var creates: (entity: EntityKind, role: Role)? {
        switch self {
        case .createJob: (.job, role)
        case .createInvoice: (.invoice, role)
        case .closeOpportunity: nil
        }
    }

    /// The role of the connection in which it happens.
    public var role: Role {
        switch self {
        case .createJob: .fsm
        case .createInvoice: .ledger
        case .closeOpportunity: .crm
        }
    }
}
