/// The master keys at hand: the current one seals, both open.
public struct MasterKeys: Sendable, Hashable {
    /// The key that seals and opens.
    public let current: KeyMaterial
    /// The key that only opens; nil outside of rotations.
    public let previous: KeyMaterial?

    /// Takes the keys.
    ///
    /// - Throws: `StartupError` when both are the same: then the one that was meant is missing.
    public init(current: KeyMaterial, previous: KeyMaterial?) throws(StartupError) {
        guard previous != current else {
            throw StartupError(
                "master.key.previous is the same key as master.key (\(current)): what another key has sealed could not be "
                    + "opened; name that other key, or nothing where the rotation is over")
        }
        self.current = current
        self.previous = previous
    }
}
