/// The entities of QuickBooks Online that we read, by the name in native references and bodies.
enum QuickBooksOnlineType: String, CaseIterable {
    case customer = "Customer"
    case item = "Item"
    case invoice = "Invoice"
    case payment = "Payment"
    case creditMemo = "CreditMemo"

    /// The name in paths and in the types of CloudEvents.
    var path: String { rawValue.lowercased() }

    /// Whether entities are made inactive instead of deleted, and are left out of queries then unless asked for.
    var isNameList: Bool { self == .customer || self == .item }

    /// Finds an entity by its name in any case.
    init?(named name: some StringProtocol) {
        let lower = name.lowercased()
        guard let type = Self.allCases.first(where: { $0.path == lower }) else { return nil }
        self = type
    }
}
