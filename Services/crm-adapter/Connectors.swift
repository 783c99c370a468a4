import ConnectorKit
import HubSpot

extension CRMAdapter {
    /// The vendors that may play the role: one line each.
    static let connectors = ConnectorCatalog([
        "hubspot": { declaration throws(DeclarationFaults) in try HubSpotConnector(declaration) }
    ])
}
