import ConnectorKit
import QuickBooksOnline

extension LedgerAdapter {
    /// The vendors that may play the role: one line each.
    static let connectors = ConnectorCatalog([
        "quickbooks": { declaration throws(DeclarationFaults) in try QuickBooksOnlineConnector(declaration) }
    ])
}
