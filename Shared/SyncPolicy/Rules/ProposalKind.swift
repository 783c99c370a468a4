/// What a change becomes that its author may wish for but not make.
public enum ProposalKind: String, Sendable, CaseIterable {
    /// A correction of contact data, for the office to accept.
    case contactProposal = "contact_proposal"
    /// A wish for another time, for dispatch to accept.
    case dispatchChangeRequest = "dispatch_change_request"
    /// A wish to have a closed job looked at again, for field service to resolve.
    case reopenTicket = "reopen_ticket"
    /// A change of scope from the site, beside the offer that it changes.
    case amendment
}
