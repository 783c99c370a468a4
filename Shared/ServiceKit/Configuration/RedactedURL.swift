/// Shows a connection URL without its password.
///
/// `postgresql://app:secret@db:5432/plumbline?sslmode=require` becomes `postgresql://app:***@db:5432/plumbline`.
/// The query is left out altogether, since it may name a password or a key file. Text without `://` is hidden whole.
public struct RedactedURL: Sendable, Hashable, CustomStringConvertible {
    /// What may be shown.
    public let description: String

    /// Takes the parts of `url` that are no secret.
    public init(_ url: String) {
        guard let scheme = url.firstRange(of: "://") else {
            description = "***"
            return
        }
        let rest = url[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        // A password may hold an unescaped "@" or "/": whatever stands before the last "@" is user information.
        guard let at = rest.lastIndex(of: "@") else {
            description = String(url[..<scheme.upperBound] + rest)
            return
        }
        let user = rest[..<at].prefix { $0 != ":" }
        description = "\(url[..<scheme.upperBound])\(user):***\(rest[at...])"
    }
}
