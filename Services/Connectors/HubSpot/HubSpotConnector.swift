import CanonicalModel
public import ConnectorKit

/// HubSpot as a CRM.
///
/// Customer is a company, contact a contact, opportunity a deal, estimate a quote with its line items. A job has no object
/// of its own: it lives in `plumbline_*` properties of its deal, and so does a site that differs from the company's
/// address. That works on every tier of HubSpot.
public struct HubSpotConnector: Connector {
    let declaration: ConnectionDeclaration
    let overlay: HubSpotOverlay
    let api: HubSpotAPI

    /// Makes a connector for a connection.
    public init(_ declaration: ConnectionDeclaration) throws(DeclarationFaults) {
        self.declaration = declaration
        overlay = try HubSpotOverlay(declaration.overlay, connection: declaration.id)
        api = HubSpotAPI()
    }

    /// What HubSpot can and cannot do.
    public var descriptor: ConnectorDescriptor { HubSpotDescriptor.descriptor }
}
