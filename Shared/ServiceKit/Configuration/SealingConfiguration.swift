/// Says where the master keys are under which tokens and secrets are sealed at rest.
///
/// ## Configuration keys
/// - `master.key` (secret, required; or `master.key.file`, `master.key.command`): the 32-byte key that seals; see
///   `KeyMaterial` for its forms and `KeyCommand` for programs.
/// - `master.key.previous` (secret, optional; or `….file`, `….command`): another key, which still or already opens during a
///   rotation.
/// - `master.key.command.environment`, `master.key.previous.command.environment` (optional): names of variables that the
///   program gets.
public struct SealingConfiguration: Sendable, Hashable {
    /// The key that seals and opens.
    public let current: KeySource
    /// The key that only opens.
    public let previous: KeySource?

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        current = config.keySource("master.key", meaning: Self.currentMeaning) ?? .standIn
        previous = config.keySource("master.key.previous", required: false, meaning: Self.previousMeaning)
    }

    /// What `master.key` is for.
    public static let currentMeaning = "the key under which vendors' tokens are sealed in the database"
    /// What `master.key.previous` is for.
    public static let previousMeaning = "another key that opens what it has sealed, for the time of a rotation"

    /// Gets the keys from where they are; programs are run for it.
    ///
    /// - Throws: `StartupError` that names the key concerned.
    public func keys() async throws(StartupError) -> MasterKeys {
        let current = try await current.read()
        let previous = try await previous?.read()
        return try MasterKeys(current: current, previous: previous)
    }
}
