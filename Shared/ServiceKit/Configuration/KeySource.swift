internal import FoundationEssentials

/// Where a 32-byte key comes from.
public enum KeySource: Sendable, Hashable {
    /// It was read with the configuration.
    case material(KeyMaterial)
    /// A program prints it.
    case command(KeyCommand)

    /// What a reader goes on with after a fault; it never leaves `CheckedConfiguration.read`.
    static let standIn = KeySource.material(.standIn)

    /// Gives the key; a program is run for it, once for each call.
    ///
    /// - Parameter environment: what the program's variables are taken from; nil for those of this process.
    /// - Throws: `StartupError` that names the program, what was wrong with it and the configuration key, never the key.
    public func read(environment: [String: String]? = nil) async throws(StartupError) -> KeyMaterial {
        switch self {
        case .material(let material): return material
        case .command(let command):
            return try await command.run(environment: environment ?? ProcessInfo.processInfo.environment)
        }
    }
}
