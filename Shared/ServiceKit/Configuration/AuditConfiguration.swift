/// Says how the audit log is sealed and where its heads are anchored.
///
/// ## Configuration keys
/// - `audit.signing.key.file` (path, required): a file with the 32-byte private key (Ed25519) that signs the heads of the
///   chain; see `KeyMaterial` for its forms.
/// - `audit.anchor.file` (path, required): the file to which signed heads are appended. Keep it away from the database's
///   folder, and where whoever can write to the database cannot write.
public struct AuditConfiguration: Sendable, Hashable {
    /// The key that signs.
    public let signingKey: KeyMaterial
    /// The file of anchors.
    public let anchorFile: String

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        signingKey = config.keyMaterial("audit.signing.key.file") ?? .standIn
        anchorFile = config.text("audit.anchor.file", allowed: "the path of a file that can be appended to")
    }
}
