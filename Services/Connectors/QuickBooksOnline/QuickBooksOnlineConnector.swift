import CanonicalModel
public import ConnectorKit

/// QuickBooks Online as the ledger.
///
/// Customer is a Customer; a site is the shipping address of its customer, and further sites of the same customer are
/// sub-customers; an invoice is an Invoice whose private note says which job, which of our lines and which of our
/// records it stands for. Items, payments and credit memos are read.
public struct QuickBooksOnlineConnector: Connector {
    let declaration: ConnectionDeclaration
    let overlay: QuickBooksOnlineOverlay
    let api: QuickBooksOnlineAPI
    let items: QuickBooksOnlineItemBook

    /// Makes a connector for a connection.
    public init(_ declaration: ConnectionDeclaration) throws(DeclarationFaults) {
        var faults: [String] = []
        let realm = declaration.vendorAccount ?? ""
        if realm.isEmpty || !realm.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            faults.append(
                "\(declaration.id): vendor_account must be the company's realm id, the digits that QuickBooks Online "
                    + "shows as company ID")
        }
        var overlay = QuickBooksOnlineOverlay()
        do {
            overlay = try QuickBooksOnlineOverlay(declaration.overlay, connection: declaration.id)
        } catch {
            faults += error.faults
        }
        guard faults.isEmpty else { throw DeclarationFaults(faults) }
        self.declaration = declaration
        self.overlay = overlay
        api = QuickBooksOnlineAPI(realm: realm)
        items = QuickBooksOnlineItemBook()
    }

    /// What QuickBooks Online can and cannot do.
    public var descriptor: ConnectorDescriptor { QuickBooksOnlineDescriptor.descriptor }
}
