import Foundation
public import SandboxKit
import Synchronization

/// QuickBooks Online's accounting API over its public REST paths, in memory.
public final class QuickBooksOnlineSandbox: SandboxVendor {
    /// `quickbooks`.
    public static let name = "quickbooks"

    /// What the sandbox works with.
    public let stage: SandboxStage
    let ledger: Mutex<Ledger>

    /// One empty company with a token that works from the start.
    public init(stage: SandboxStage) {
        self.stage = stage
        ledger = Mutex(Ledger(now: stage.clock.now()))
        prepare()
    }

    /// Empties all companies; the first token comes back.
    public func reset() {
        let now = stage.clock.now()
        ledger.withLock { $0 = Ledger(now: now) }
        stage.tokens.removeAll()
        prepare()
    }

    private func prepare() {
        let now = stage.clock.now()
        ledger.withLock { ledger in
            stage.tokens.insert(
                SandboxToken(
                    value: ledger.app.firstToken, kind: .access, client: "app", account: ledger.app.firstRealm,
                    scopes: [QuickBooksApp.accountingScope], issuedAt: now, expiresAt: nil))
        }
    }

    /// Aggregated deliveries, tried again at growing waits for about half a day.
    public var webhookPolicy: WebhookPolicy {
        WebhookPolicy(
            maximumBatch: 100, concurrency: 4, timeout: .seconds(3),
            retryDelays: [60, 300, 1_200, 1_800, 3_000, 7_200, 14_400, 14_400].map { $0 * 1000 })
    }

    /// CloudEvents, or the older notification, signed with the verifier token.
    public func encodeWebhook(_ batch: [WebhookEvent], attempt: Int) -> WebhookRequest {
        let app = ledger.withLock { $0.app }
        let wall = SandboxInstant(milliseconds: Int64(stage.clock.wallNanoseconds / 1_000_000))
        return QuickBooksDelivery.encode(batch, app: app, sentAt: wall)
    }

    /// Answers one API request.
    public func respond(to request: SandboxRequest) async -> SandboxResponse {
        let traceID = ("intuit_tid", "1-" + stage.random.uuid())
        do {
            var response = try route(request)
            response.headers.append((name: traceID.0, value: traceID.1))
            return response
        } catch {
            return respond(error, headers: [traceID])
        }
    }

    private func respond(_ fault: QuickBooksFault, headers: [(String, String)] = []) -> SandboxResponse {
        let now = stage.clock.now()
        return .json(
            ["Fault": fault.json, "time": .string(ledger.withLock { $0.time(now) })], status: fault.status,
            headers: headers)
    }

    private func route(_ request: SandboxRequest) throws(QuickBooksFault) -> SandboxResponse {
        switch request.segments.first {
        case "v3": return try answerCompany(request)
        case ".well-known", "oauth2", "connect", "v2", "v1": return answerOAuth(request)
        case "files" where request.segments.count >= 3: return try download(request)
        default:
            throw QuickBooksFault(
                "500", "Unsupported Operation", "No such path: \(request.path)", type: "SystemFault", status: 404)
        }
    }

    /// Words a planned refusal.
    public func refusal(_ refusal: SandboxRefusal, of request: SandboxRequest) -> SandboxResponse {
        switch refusal {
        case .rateLimited(let seconds):
            respond(.throttled, headers: seconds.map { [("Retry-After", String($0))] } ?? [])
        case .serverError(let status):
            respond(
                QuickBooksFault(
                    "10000", "An application error has occurred while processing your request",
                    "System Failure Error: the request was not carried out", type: "SystemFault", status: status))
        case .expiredToken: respond(.expiredToken("Token expired"))
        case .errorBodyWith200:
            respond(
                QuickBooksFault(
                    "10000", "An application error has occurred while processing your request",
                    "System Failure Error: the request was not carried out", type: "SystemFault", status: 200))
        }
    }
}

/// The companies and the app that is connected to them, guarded by the sandbox's lock.
struct Ledger: Sendable {
    var app = QuickBooksApp()
    var companies: [String: Company]
    var settings = CompanySettings()

    init(now: SandboxInstant) {
        let settings = CompanySettings()
        companies = [:]
        companies[app.firstRealm] = Company(realm: app.firstRealm, settings: settings, now: now)
        self.settings = settings
    }

    /// A time outside of any company.
    func time(_ instant: SandboxInstant) -> String { companies[app.firstRealm]?.time(instant) ?? instant.iso8601 }
}

/// The connected app.
struct QuickBooksApp: Sendable {
    static let accountingScope = "com.intuit.quickbooks.accounting"

    /// How webhook bodies look.
    enum WebhookFormat: String, Sendable {
        case cloudEvents = "cloudevents"
        case notifications
    }

    var clientID = "sandbox-client-id"
    var clientSecret = "sandbox-client-secret"
    /// The company that is there from the start.
    var firstRealm = "9341453050298464"
    /// The access token that works from the start.
    var firstToken = "qbo-sandbox"
    var verifierToken = "sandbox-verifier-token"
    var webhookFormat = WebhookFormat.cloudEvents
    /// How long the previous refresh token still works after a refresh, in seconds.
    var refreshGraceSeconds: Int64 = 60
}
