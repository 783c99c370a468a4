internal import SyncCore

/// Gives the token that calls are authorised with.
public protocol TokenSource: Sendable {
    /// The token to use now; renewed beforehand when it is about to end.
    func token() async throws(ConnectorFault) -> String

    /// A token other than the one that the vendor has just refused.
    ///
    /// A replica that finds a newer one stored uses that.
    func token(insteadOf refused: String) async throws(ConnectorFault) -> String
}

/// A token that never changes.
public struct StaticToken: TokenSource {
    private let value: String

    /// Takes the token.
    public init(_ value: String) {
        self.value = value
    }

    /// The token.
    public func token() async throws(ConnectorFault) -> String { value }

    /// There is no other one: the connection's token must be replaced by a person.
    public func token(insteadOf refused: String) async throws(ConnectorFault) -> String {
        throw ConnectorFault(
            .authentication, code: "token_refused", message: "the vendor does not accept the private token",
            fix: "create a new token at the vendor and put it where the connection's file says")
    }
}
