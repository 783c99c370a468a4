/// Says where the connections to vendors are declared.
///
/// ## Configuration keys
/// - `connections.directory` (path, required): a folder with a YAML file for each connection.
public struct ConnectionsConfiguration: Sendable, Hashable {
    /// The folder.
    public let directory: String

    /// Reads the key.
    public init(config: CheckedConfiguration) {
        directory = config.directory(
            "connections.directory", meaning: "the folder with a YAML file for each connection to a vendor")
    }
}
