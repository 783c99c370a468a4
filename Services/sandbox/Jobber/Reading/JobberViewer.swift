import SandboxKit

/// Who sends a request: an app, on behalf of a user of the account.
struct JobberViewer {
    /// The app's client id; empty for the control API and for introspection without a token.
    var app: String
    var userID: String?
    var actor: SandboxActor
}
