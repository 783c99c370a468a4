import Foundation
public import SandboxKit
import Synchronization

/// HubSpot's CRM over its public REST paths, in memory.
public final class HubSpotSandbox: SandboxVendor {
    /// `hubspot`.
    public static let name = "hubspot"

    /// What the sandbox works with.
    public let stage: SandboxStage
    let portal: Mutex<HubSpotPortal>

    /// An empty portal with one private app's token.
    public init(stage: SandboxStage) {
        self.stage = stage
        portal = Mutex(HubSpotPortal(now: stage.clock.now()))
        prepare()
    }

    /// Empties the portal; its first tokens come back.
    public func reset() {
        let now = stage.clock.now()
        portal.withLock { $0 = HubSpotPortal(now: now) }
        stage.tokens.removeAll()
        prepare()
    }

    /// What every portal has from the start: a private app's token and a quote template.
    private func prepare() {
        let now = stage.clock.now()
        portal.withLock { portal in
            stage.tokens.insert(
                SandboxToken(
                    value: portal.account.privateToken, kind: .access, client: "private-app",
                    account: String(portal.account.portalID), scopes: HubSpotAccount.allScopes, issuedAt: now,
                    expiresAt: nil))
            let context = WriteContext(actor: .seed, requestID: nil, now: now, notifies: false)
            _ = try? portal.create(
                "quote_template", values: [("hs_name", "Default Basic"), ("hs_active", "true")], context: context,
                stage: stage)
        }
    }

    /// Ten tries over a day; what the endpoint refused with a 4xx other than 429 is not tried again.
    public var webhookPolicy: WebhookPolicy {
        WebhookPolicy(
            maximumBatch: 100, concurrency: portal.withLock { $0.webhooks.maxConcurrentRequests },
            timeout: .seconds(5),
            retryDelays: [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 18_000, 21_600].map { $0 * 1000 },
            honoursRetryAfter: true
        ) { $0 == 429 || $0 >= 500 }
    }

    /// An array of events, signed with the app's secret.
    ///
    /// The signature's time is the wall clock's, since that is what a receiver compares it with.
    public func encodeWebhook(_ batch: [WebhookEvent], attempt: Int) -> WebhookRequest {
        let account = portal.withLock { $0.account }
        let wall = Int64(stage.clock.wallNanoseconds / 1_000_000)
        return HubSpotDelivery.encode(
            batch, attempt: attempt, secret: account.clientSecret, timestamp: wall + account.signatureSkew)
    }

    /// Answers one API request.
    public func respond(to request: SandboxRequest) async -> SandboxResponse {
        do {
            let call = try HubSpotCall(request, sandbox: self)
            let headers = try call.limitHeaders
            do {
                let answer = try portal.withLock { portal throws(HubSpotProblem) in try portal.answer(call) }
                return answer.response(headers: headers)
            } catch {
                return respond(error, headers: headers)
            }
        } catch {
            return respond(error)
        }
    }

    private func respond(_ problem: HubSpotProblem, headers: [(String, String)] = []) -> SandboxResponse {
        .json(
            problem.body(correlationID: stage.random.uuid()), status: problem.status, headers: headers + problem.headers
        )
    }

    /// Words a planned refusal.
    public func refusal(_ refusal: SandboxRefusal, of request: SandboxRequest) -> SandboxResponse {
        switch refusal {
        case .rateLimited(let seconds):
            let isSearch = request.path.hasSuffix("/search")
            return respond(
                HubSpotLimits.refusal(
                    isSearch ? "SECONDLY" : "TEN_SECONDLY_ROLLING",
                    "You have reached your \(isSearch ? "secondly" : "ten_secondly_rolling") limit.",
                    seconds.map { [("Retry-After", String($0))] } ?? []))
        case .serverError(let status):
            return respond(HubSpotProblem(status: status, category: "INTERNAL_ERROR", message: "internal error"))
        case .expiredToken: return respond(HubSpotCall.expired(secondsAgo: 1))
        case .errorBodyWith200:
            let problem = HubSpotProblem(status: 200, category: "INTERNAL_ERROR", message: "internal error")
            return respond(problem)
        }
    }
}
