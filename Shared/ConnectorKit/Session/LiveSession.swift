public import CanonicalModel
import SyncCore
public import VendorHTTP

/// A session on real HTTP.
public struct LiveSession: VendorSession {
    /// The connection.
    public let declaration: ConnectionDeclaration
    private let transport: any HTTPTransport
    private let tokens: any TokenSource
    private let budget: any RateBudget
    private let redactor: Redactor
    private let deadline: Duration
    private let clock: @Sendable () -> Instant

    /// Takes the parts.
    ///
    /// - Parameters:
    ///   - redactor: knows the account's secrets.
    ///   - deadline: the longest time for one call, the answer's body included.
    public init(
        declaration: ConnectionDeclaration, transport: any HTTPTransport, tokens: any TokenSource,
        budget: any RateBudget, redactor: Redactor, deadline: Duration = .seconds(30),
        clock: @escaping @Sendable () -> Instant
    ) {
        self.declaration = declaration
        self.transport = transport
        self.tokens = tokens
        self.budget = budget
        self.redactor = redactor
        self.deadline = deadline
        self.clock = clock
    }

    /// The time.
    public var now: Instant { clock() }

    /// Sends a request with the connection's token, and once more with a new token when the vendor answers 401.
    public func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
        let token = try await tokens.token()
        let response = try await send(request, token: token, isSafe: isSafe)
        guard response.status == 401 else { return response }
        return try await send(request, token: tokens.token(insteadOf: token), isSafe: isSafe)
    }

    /// The fault without the secrets that the redactor knows.
    public func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault.redacted(by: redactor) }

    private func send(
        _ request: VendorRequest, token: String, isSafe: Bool
    ) async throws(ConnectorFault) -> HTTPResponse {
        try await budget.take(request.cost)
        var headers = request.headers
        headers["Authorization"] = "Bearer \(token)"
        let call = HTTPRequest(
            request.method, declaration.baseURL + request.path, headers: headers, body: request.body,
            deadline: deadline, operation: isSafe ? "read" : request.operation)
        let response: HTTPResponse
        do {
            response = try await transport.send(call)
        } catch {
            throw ConnectorFault(transport: error, isSafe: isSafe)
        }
        if response.status == 429 {
            await budget.pause(for: response.retryAfter(now: now.microseconds / 1_000_000) ?? .seconds(1))
        }
        return response
    }
}

extension ConnectorFault {
    /// What a call without an answer means: nothing was done, or nobody knows.
    public init(transport error: VendorHTTPError, isSafe: Bool) {
        let isUnknown = error.delivery == .maybeSent && !isSafe
        self.init(
            isUnknown ? .unknownOutcome : .transient, code: error.code.description, message: error.message,
            fix: isUnknown
                ? "nothing to do: the outcome is looked up before anything newer is sent"
                : "nothing to do: it is tried again; if it lasts, check the connection's address and the network")
    }
}
