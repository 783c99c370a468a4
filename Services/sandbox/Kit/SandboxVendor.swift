/// A refusal that the fault plan asks for; each vendor words it in its own way.
public enum SandboxRefusal: Sendable, Hashable {
    /// Too many requests, with or without a `Retry-After` in seconds.
    case rateLimited(retryAfterSeconds: Int?)
    /// The vendor broke: a status of 500 to 599.
    case serverError(status: Int)
    /// The access token is no longer good.
    case expiredToken
    /// A status of 200 whose body reports an error.
    case errorBodyWith200
}

/// A bad call of the control API, in words for the person who made it.
public struct SandboxControlError: Error, Sendable, CustomStringConvertible {
    /// What was wrong and what to do.
    public let description: String

    /// An error with that text.
    public init(_ description: String) {
        self.description = description
    }
}

/// One vendor's imitation: its whole wire protocol over state in memory.
public protocol SandboxVendor: Sendable {
    /// The vendor's name in paths of the control API, options and history.
    static var name: String { get }

    /// An empty vendor on its stage.
    init(stage: SandboxStage)

    /// What it works with.
    var stage: SandboxStage { get }

    /// How webhooks are batched, timed out and retried.
    var webhookPolicy: WebhookPolicy { get }

    /// Answers one request as the vendor would, refusals included.
    func respond(to request: SandboxRequest) async -> SandboxResponse

    /// Words a refusal as the vendor would.
    func refusal(_ refusal: SandboxRefusal, of request: SandboxRequest) -> SandboxResponse

    /// Makes body and signed headers of a delivery; called again for each attempt.
    func encodeWebhook(_ batch: [WebhookEvent], attempt: Int) -> WebhookRequest

    /// Loads records without webhooks, many at once.
    func seed(_ body: JSON) throws -> JSON

    /// Acts as a person in the vendor's own pages; fires webhooks.
    func act(_ body: JSON) throws -> JSON

    /// Issues a token outside the authorisation step.
    func issueToken(_ body: JSON) throws -> JSON

    /// Subscribes an endpoint to all events.
    func subscribe(_ body: JSON) throws -> JSON

    /// The native records of a type, or one of them; nil when there is no such type or record.
    func records(type: String, id: String?, limit: Int, offset: Int) -> JSON?

    /// The number of live native records of each type.
    func counts() -> [String: Int]

    /// Changes the vendor's own settings.
    func applySettings(_ body: JSON) throws

    /// The vendor's own settings.
    func describeSettings() -> JSONObject

    /// Drops all records and subscriptions; the kit resets its own part.
    func reset()
}

extension SandboxVendor {
    /// No settings of its own.
    public func applySettings(_ body: JSON) throws {}

    /// No settings of its own.
    public func describeSettings() -> JSONObject { JSONObject() }
}
