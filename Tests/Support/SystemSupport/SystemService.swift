/// A service of ours, by the name of its program.
public enum SystemService: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Speaks to the CRM.
    case crmAdapter = "crm-adapter"
    /// Speaks to the field service.
    case fsmAdapter = "fsm-adapter"
    /// Speaks to the ledger.
    case ledgerAdapter = "ledger-adapter"
    /// Decides.
    case router
    /// Compares, and watches over the whole.
    case reconciler

    /// The name of the program.
    public var description: String { rawValue }
}
