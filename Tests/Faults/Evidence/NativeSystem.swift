/// A system of record, by the part that it plays.
enum NativeSystem: String, Sendable, CaseIterable, Codable {
    case crm, fsm, ledger

    /// The vendor that plays it, as the sandbox and the connection call it.
    var vendor: String {
        switch self {
        case .crm: "hubspot"
        case .fsm: "jobber"
        case .ledger: "quickbooks"
        }
    }

    init?(vendor: String) {
        guard let system = Self.allCases.first(where: { $0.vendor == vendor }) else { return nil }
        self = system
    }
}
