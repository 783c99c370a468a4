import SandboxKit
import Synchronization

/// What a route answers.
struct HubSpotAnswer: Sendable {
    var status = 200
    var json: JSON?
    var headers: [(String, String)] = []

    static let noContent = HubSpotAnswer(status: 204)

    func response(headers more: [(String, String)]) -> SandboxResponse {
        guard let json else { return SandboxResponse(status: status, headers: more + headers) }
        return .json(json, status: status, headers: more + headers)
    }
}

/// One request with who sent it and its decoded body.
struct HubSpotCall: Sendable {
    /// What the caller proved to be.
    enum Credential: Sendable {
        case none
        case token(SandboxToken)
        case developerKey
    }

    let request: SandboxRequest
    let stage: SandboxStage
    let credential: Credential
    /// The body as JSON; nil when there is none or it is a form.
    let body: JSON?
    /// The path without the date of a dated version.
    let segments: [String]
    private let sandbox: HubSpotSandbox
    private var isRehearsal = false

    init(_ request: SandboxRequest, sandbox: HubSpotSandbox) throws(HubSpotProblem) {
        self.request = request
        self.sandbox = sandbox
        stage = sandbox.stage
        segments = Self.undated(request.segments)
        let isForm = request.header("content-type")?.contains("form-urlencoded") ?? false
        let isMultipart = request.header("content-type")?.contains("multipart/") ?? false
        if request.body.isEmpty || isForm || isMultipart {
            body = nil
        } else {
            guard request.header("content-type")?.contains("json") ?? false else {
                throw HubSpotProblem(
                    status: 415, category: "VALIDATION_ERROR", message: "The content type must be application/json")
            }
            do {
                body = try request.json()
            } catch {
                throw .badJSON(error.description)
            }
        }
        credential = try Self.credential(request, sandbox: sandbox, segments: segments)
        if case .token(let token) = credential { request.trace.actor = .token(token.client) }
    }

    /// Dated paths (`/crm/objects/2026-03/contacts`) are served by the same code as `/crm/v3/objects/contacts`.
    private static func undated(_ segments: [String]) -> [String] {
        guard segments.count >= 3, isDate(segments[2]) else {
            // The consent page is the one path without a version.
            if segments == ["oauth", "authorize"] { return ["oauth", "v1", "authorize"] }
            if segments.count >= 2, segments[0] == "oauth" { return ["oauth", "v1"] + segments.dropFirst(2) }
            return segments
        }
        let version = segments[1] == "associations" ? "v4" : "v3"
        return [segments[0], version, segments[1]] + segments.dropFirst(3)
    }

    /// Whether a segment names a dated version: `2026-03`, or `2026-03-beta`.
    private static func isDate(_ segment: String) -> Bool {
        let text = Array((segment.hasSuffix("-beta") ? segment.dropLast(5) : segment[...]).utf8)
        guard text.count == 7, text[4] == UInt8(ascii: "-") else { return false }
        return text.enumerated().allSatisfy {
            $0.offset == 4 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0.element)
        }
    }

    // MARK: Who

    private static func credential(
        _ request: SandboxRequest, sandbox: HubSpotSandbox, segments: [String]
    ) throws(HubSpotProblem) -> Credential {
        if segments.first == "oauth" { return .none }
        let developerKey = sandbox.portal.withLock { $0.account.developerKey }
        if segments.first == "webhooks" {
            guard request.query("hapikey") == developerKey else { throw unauthenticated }
            return .developerKey
        }
        guard let value = request.bearerToken else { throw unauthenticated }
        let now = sandbox.stage.clock.now()
        switch sandbox.stage.tokens.check(value, kind: .access, now: now) {
        case .valid(let token): return .token(token)
        case .expired(let token): throw expired(secondsAgo: Int((now - (token.expiresAt ?? now)) / 1000))
        case .revoked, .unknown: throw unauthenticated
        }
    }

    static let unauthenticated = HubSpotProblem(
        status: 401, category: "INVALID_AUTHENTICATION",
        message: "Authentication credentials not found. This API supports OAuth 2.0 authentication.")

    static func expired(secondsAgo: Int) -> HubSpotProblem {
        let message = "The OAuth token used to make this call expired \(secondsAgo) second(s) ago."
        return HubSpotProblem(
            status: 401, category: "EXPIRED_AUTHENTICATION", message: message,
            details: [.init(message: message, code: nil, context: ["expire time": [String(secondsAgo)]])])
    }

    func require(_ scope: String?) throws(HubSpotProblem) {
        guard let scope else { return }
        guard case .token(let token) = credential, token.scopes.contains(scope) else { throw .missingScopes([scope]) }
    }

    /// Counts the request; the headers tell what is left.
    var limitHeaders: [(String, String)] {
        get throws(HubSpotProblem) {
            guard case .token(let token) = credential else { return [] }
            let isLifted = stage.settings.limitsLifted
            let now = request.receivedAt
            let isSearch = segments.last == "search"
            return try sandbox.portal.withLock { portal throws(HubSpotProblem) in
                try portal.limits.take(
                    client: token.client, isOAuth: token.expiresAt != nil, isSearch: isSearch, account: portal.account,
                    now: now, isLifted: isLifted)
            }
        }
    }

    // MARK: What

    var method: String { request.method }

    /// The context of a write by this caller, now.
    var context: WriteContext {
        let actor: SandboxActor =
            if case .token(let token) = credential { .token(token.client) } else { .token("developer") }
        return WriteContext(
            actor: actor, requestID: request.id, now: stage.clock.now(), notifies: true, isRehearsal: isRehearsal)
    }

    /// The same call, whose writes are only tried out.
    var rehearsal: HubSpotCall {
        var copy = self
        copy.isRehearsal = true
        return copy
    }

    /// The body, which must be an object.
    func object() throws(HubSpotProblem) -> JSONObject {
        guard let body else { throw .badJSON("a request body is required") }
        guard let object = body.objectValue else { throw .badJSON("an object is expected") }
        return object
    }

    /// The inputs of a batch: at least one, at most a hundred.
    func inputs() throws(HubSpotProblem) -> [JSON] {
        guard let inputs = try object()["inputs"]?.arrayValue else { throw .badJSON("inputs must be a list") }
        guard inputs.count <= 100 else {
            throw .invalid(
                "The maximum number of inputs supported in a batch request is 100. \(inputs.count) were sent.")
        }
        return inputs
    }

    /// The properties of a body as name and text; numbers and truth values become text, null becomes nil.
    static func properties(_ body: JSON?) throws(HubSpotProblem) -> [(String, String?)] {
        guard let object = body?["properties"]?.objectValue else { throw .badJSON("properties must be an object") }
        var values: [(String, String?)] = []
        for (name, value) in object {
            switch value {
            case .null: values.append((name, nil))
            case .string(let text): values.append((name, text))
            case .int(let number): values.append((name, String(number)))
            case .decimal(let number): values.append((name, "\(number)"))
            case .bool(let flag): values.append((name, flag ? "true" : "false"))
            case .array, .object: throw .badJSON("the value of \(name) must be a string")
            }
        }
        return values
    }

    /// An integer of the query within bounds.
    func limit(default standard: Int, maximum: Int) throws(HubSpotProblem) -> Int {
        guard let text = request.query("limit") else { return standard }
        guard let limit = Int(text), limit > 0 else { throw .invalid("limit must be a positive integer, not \(text)") }
        guard limit <= maximum else { throw .invalid("limit must be at most \(maximum), not \(limit)") }
        return limit
    }
}
