import CanonicalModel
public import ConnectorKit

/// Jobber as field service.
///
/// Customer and its main contact are one client, site is a property, job a job with its line items, appointment a
/// visit, time entry a time sheet entry. What Jobber has no field for stands in custom fields that are made at
/// connect.
public struct JobberConnector: Connector {
    let declaration: ConnectionDeclaration
    let fields: JobberFields
    let api: JobberAPI
    let book: JobberFieldBook

    /// Makes a connector for a connection.
    public init(_ declaration: ConnectionDeclaration) throws(DeclarationFaults) {
        self.declaration = declaration
        fields = try JobberOverlay.fields(declaration.overlay, connection: declaration.id)
        api = JobberAPI()
        book = JobberFieldBook()
    }

    /// What Jobber can and cannot do.
    public var descriptor: ConnectorDescriptor { JobberDescriptor.descriptor }
}
