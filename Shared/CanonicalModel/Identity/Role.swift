/// What a connected system is for the company.
public enum Role: String, Sendable, CaseIterable, Comparable {
    /// Sales: customers, opportunities, estimates.
    case crm
    /// Field service: jobs, appointments, time, parts used.
    case fsm
    /// Accounting: invoices, payments, items and stock.
    case ledger

    /// Orders by name, for stable listings.
    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}
