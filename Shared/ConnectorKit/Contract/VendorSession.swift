public import CanonicalModel
public import VendorHTTP

/// The way to a vendor for one connection: credentials, rate budget, deadlines, redaction.
public protocol VendorSession: Sendable {
    /// The connection's declaration: account, base URL, overlay.
    var declaration: ConnectionDeclaration { get }

    /// The time.
    var now: Instant { get }

    /// Sends a request and gives whatever the vendor answers, refusals too.
    ///
    /// Waits for the rate budget; renews the access token once when the vendor answers 401. Throws where there is no
    /// answer; `unknownOutcome` where the request may have reached the vendor and is not a mere read (`isSafe`).
    func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse

    /// The fault without the account's secrets, which a vendor's words may repeat; before it is logged or kept.
    func redacted(_ fault: ConnectorFault) -> ConnectorFault
}
