import ConnectorKit

extension LedgerAdapter {
    /// The vendors that may play the role: one line each.
    static let connectors = ConnectorCatalog([:])
}
