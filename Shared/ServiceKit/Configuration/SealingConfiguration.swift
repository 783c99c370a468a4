/// Holds the master keys under which tokens and secrets are sealed at rest.
///
/// ## Configuration keys
/// - `master.key.file` (path, required): a file with the 32-byte key that seals; see `KeyMaterial` for its forms.
/// - `master.key.previous.file` (path, optional): the key before it, which still opens during a rotation.
public struct SealingConfiguration: Sendable, Hashable {
    /// The key that seals and opens.
    public let current: KeyMaterial
    /// The key that still opens.
    public let previous: KeyMaterial?

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        current = config.keyMaterial("master.key.file") ?? .standIn
        previous = config.keyMaterial("master.key.previous.file", required: false)
    }
}
