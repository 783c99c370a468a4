/// The connectors that an adapter knows, by the vendor's name: one registration line each.
public struct ConnectorCatalog: Sendable {
    /// Makes a connector for a connection; throws where the declaration's overlay cannot work, naming every fault.
    public typealias Factory = @Sendable (ConnectionDeclaration) throws(DeclarationFaults) -> any Connector

    private let factories: [String: Factory]

    /// Takes the connectors by their vendors' names.
    public init(_ factories: [String: Factory]) {
        self.factories = factories
    }

    /// The vendors, sorted.
    public var vendors: [String] { factories.keys.sorted() }

    /// Makes the connector for a connection.
    public func connector(for declaration: ConnectionDeclaration) throws(DeclarationFaults) -> any Connector {
        guard let factory = factories[declaration.vendor] else {
            throw DeclarationFaults([
                "\(declaration.id): vendor '\(declaration.vendor)' is not known; one of \(vendors.joined(separator: ", "))"
            ])
        }
        return try factory(declaration)
    }
}

/// Everything that is wrong with a connection's declaration.
public struct DeclarationFaults: Error, Sendable, CustomStringConvertible {
    /// A sentence each: which key, what is wrong, what is allowed.
    public var faults: [String]

    /// Takes the sentences.
    public init(_ faults: [String]) {
        self.faults = faults
    }

    /// One fault a line.
    public var description: String { faults.joined(separator: "\n") }
}
