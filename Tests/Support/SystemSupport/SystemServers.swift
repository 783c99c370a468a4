/// The servers that a system of processes works on, and what it has to itself there.
public struct SystemServers: Sendable {
    /// The database, with the schema as its search path.
    public var databaseURL: String
    /// The broker.
    public var brokerURL: String
    /// Put before all names at the broker.
    public var prefix: String

    /// Takes the parts.
    public init(databaseURL: String, brokerURL: String, prefix: String) {
        self.databaseURL = databaseURL
        self.brokerURL = brokerURL
        self.prefix = prefix
    }
}
