/// A vendor that the sandbox imitates, with the connection to it.
struct Vendor: Sendable {
    /// The name of the connection, and of the vendor in the sandbox and in declarations.
    let name: String
    let role: String
    let service: SystemService

    static let all = [
        Vendor(name: "hubspot", role: "crm", service: .crmAdapter),
        Vendor(name: "jobber", role: "fsm", service: .fsmAdapter),
        Vendor(name: "quickbooks", role: "ledger", service: .ledgerAdapter),
    ]
}
