import ConnectorKit
import Jobber

extension FSMAdapter {
    /// The vendors that may play the role: one line each.
    static let connectors = ConnectorCatalog([
        "jobber": { declaration throws(DeclarationFaults) in try JobberConnector(declaration) }
    ])
}
