import Foundation
import SandboxGraphQL
public import SandboxKit
import Synchronization

/// An imitation of Jobber: GraphQL API, OAuth, webhooks, and what people do in its pages and on site.
public final class JobberSandbox: SandboxVendor {
    /// `jobber`.
    public static let name = "jobber"

    /// What it works with.
    public let stage: SandboxStage
    let schema: Schema
    let state: Mutex<JobberState>
    let documents = Mutex<[String: PreparedDocument]>([:])

    /// An account with one user, its owner, and one app.
    public init(stage: SandboxStage) {
        self.stage = stage
        schema = Self.loadedSchema
        state = Mutex(JobberState())
        begin()
    }

    /// Webhooks come one by one, must be answered within a second, and are sent at least once.
    public var webhookPolicy: WebhookPolicy {
        WebhookPolicy(
            maximumBatch: 1, concurrency: 8, timeout: .seconds(1), retryDelays: [10_000, 60_000, 300_000, 900_000])
    }

    /// Answers one request as Jobber would.
    public func respond(to request: SandboxRequest) async -> SandboxResponse {
        switch request.path {
        case "/api/graphql": return execute(request)
        case "/api/oauth/authorize" where request.method == "GET": return authorize(request)
        case "/api/oauth/token" where request.method == "POST": return exchange(request)
        default: return Self.message("Not found", status: 404)
        }
    }

    /// Words a refusal as Jobber does; its limits come without `Retry-After`.
    public func refusal(_ refusal: SandboxRefusal, of request: SandboxRequest) -> SandboxResponse {
        switch refusal {
        case .rateLimited(let seconds):
            var response = Self.tooManyRequests
            if let seconds { response.headers.append((name: "Retry-After", value: String(seconds))) }
            return response
        case .serverError(let status): return Self.message("Something went wrong", status: status)
        case .expiredToken: return Self.message("Access token expired", status: 401)
        case .errorBodyWith200:
            return .json([
                "errors": [["message": "Throttled", "extensions": ["code": "THROTTLED"]]],
                "extensions": [
                    "cost": [
                        "requestedQueryCost": 0, "actualQueryCost": 0,
                        "throttleStatus": ["maximumAvailable": 10_000, "currentlyAvailable": 0, "restoreRate": 500],
                    ]
                ],
            ])
        }
    }

    /// The thin body of an event, signed with the secret of the app that subscribed.
    public func encodeWebhook(_ batch: [WebhookEvent], attempt: Int) -> WebhookRequest {
        let payload = batch.first?.payload ?? .null
        let body = (["data": ["webHookEvent": payload]] as JSON).serialized()
        let secret = payload["appId"]?.stringValue.flatMap(app)?.clientSecret ?? ""
        return WebhookRequest(
            body: body,
            headers: [
                ("Content-Type", "application/json"),
                ("X-Jobber-Hmac-SHA256", Signature.hmacSHA256Base64(key: secret, body: body)),
            ])
    }

    /// Drops all records, subscriptions and apps but the first.
    public func reset() {
        state.withLock { $0 = JobberState() }
        begin()
    }

    // MARK: The account

    var account: String { state.withLock { $0.store.account.id } }
    var accountNumber: Int { state.withLock { $0.store.account.number } }
    var ownerID: String? { state.withLock { $0.store.all("User").first?.id } }

    func app(_ clientID: String) -> JobberAccount.App? {
        state.withLock { $0.store.account.apps[clientID] }
    }

    func tellDisconnected(_ app: String) {
        change(as: JobberViewer(app: app, userID: nil, actor: .system), requestID: nil) { writing in
            writing.announce("APP_DISCONNECT", item: writing.store.account.id)
        }
    }

    /// Changes the records on somebody's behalf, and tells subscribers.
    func change<Result, Failure: Error>(
        as viewer: JobberViewer, requestID: UInt64? = nil, announcing: Bool = true,
        _ body: (JobberWriting) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        let now = stage.clock.now()
        return try state.withLock { state throws(Failure) in
            let writing = JobberWriting(
                store: state.store, stage: stage, now: now, viewer: viewer, requestID: requestID)
            writing.announces = announcing
            defer { writing.sendAnnouncements() }
            return try body(writing)
        }
    }

    private func begin() {
        change(as: JobberViewer(app: "", userID: nil, actor: .system), announcing: false) { writing in
            _ = writing.create(
                "User",
                JobberWriting.filledUser([
                    "firstName": "Olive", "lastName": "Owner", "email": "owner@example.com", "isAccountOwner": true,
                    "isAccountAdmin": true,
                ]))
        }
    }

    /// The schema of the resource; a fault in it is a fault of this program.
    private static let loadedSchema: Schema = {
        guard let url = Bundle.module.url(forResource: "jobber", withExtension: "graphql", subdirectory: "Schema"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { preconditionFailure("The resource Schema/jobber.graphql is missing") }
        do {
            return try Schema.build(text, scalars: JobberScalars.codings)
        } catch {
            preconditionFailure("Schema/jobber.graphql: \(error)")
        }
    }()
}
