/// Says how the audit log is sealed and where its heads are anchored.
///
/// ## Configuration keys
/// - `audit.signing.key` (secret, required; or `audit.signing.key.file`, `audit.signing.key.command` with
///   `….command.environment`): the 32-byte private key (Ed25519) that signs the heads of the chain; see `KeyMaterial` for its
///   forms and `KeyCommand` for programs.
/// - `audit.anchor.file` (path, required): the file to which signed heads are appended. Keep it away from the database's
///   folder, and where whoever can write to the database cannot write.
public struct AuditConfiguration: Sendable, Hashable {
    /// The key that signs.
    public let signingKey: KeySource
    /// The file of anchors.
    public let anchorFile: String

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        signingKey = config.keySource("audit.signing.key", meaning: Self.signingMeaning) ?? .standIn
        anchorFile = config.text(
            "audit.anchor.file", allowed: "the path of a file that can be appended to",
            meaning: "gets a copy of each signed head of the audit log; keep it away from the database")
    }

    /// What `audit.signing.key` is for.
    public static let signingMeaning = "the private key (Ed25519) that signs the heads of the audit log"
}
