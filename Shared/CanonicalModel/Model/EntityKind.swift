/// The kinds of record that Plumbline keeps true, by the one name that code, policy, queues and pages use.
public enum EntityKind: String, Sendable, CaseIterable, Comparable {
    case customer
    case contact
    case site
    case opportunity
    case estimate
    case job
    case appointment
    case timeEntry = "time_entry"
    case partUsage = "part_usage"
    case item
    case stockReservation = "stock_reservation"
    case purchaseOrder = "purchase_order"
    case asset
    case serviceAgreement = "service_agreement"
    case renewal
    case invoice
    case payment
    case creditNote = "credit_note"
    case taxCode = "tax_code"
    case amendment
    case dispatchChangeRequest = "dispatch_change_request"
    case reopenTicket = "reopen_ticket"
    case contactProposal = "contact_proposal"
    case attachment
    case communication
    case serviceReport = "service_report"

    /// Orders by name, for stable listings.
    public static func < (left: EntityKind, right: EntityKind) -> Bool { left.rawValue < right.rawValue }
}
