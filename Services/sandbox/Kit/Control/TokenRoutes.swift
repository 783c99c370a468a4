/// Issuing, expiring and revoking tokens.
struct TokenRoutes {
    let vendor: any SandboxVendor

    private var stage: SandboxStage { vendor.stage }

    func answer(_ request: SandboxRequest, _ path: String) throws -> JSON {
        switch (request.method, path) {
        case ("GET", "tokens"): return ["tokens": .array(stage.tokens.all().map(\.json))]
        case ("POST", "tokens/issue"): return try vendor.issueToken(request.body.isEmpty ? [:] : request.json())
        case ("POST", "tokens/expire"):
            let now = stage.clock.now()
            return try change(request) { stage.tokens.expire($0, now: now) }
        case ("POST", "tokens/revoke"): return try change(request) { stage.tokens.revoke($0) }
        default: throw ControlProblem.noRoute(request)
        }
    }

    /// Applies to one token, or to all of a kind: {"token"} or {"kind": "access"|"refresh"}.
    private func change(_ request: SandboxRequest, _ body: (String) -> Bool) throws -> JSON {
        let call: JSON = request.body.isEmpty ? [:] : try request.json()
        if let token = try call.optionalString("token") {
            guard body(token) else { throw ControlProblem(404, "that token was never issued here") }
            return ["tokens": 1]
        }
        let text = try call.optionalString("kind") ?? "access"
        guard let kind = SandboxToken.Kind(rawValue: text) else {
            throw SandboxControlError("kind must be access, refresh or code, not \(text)")
        }
        let tokens = stage.tokens.all { $0.kind == kind && !$0.isRevoked }
        for token in tokens { _ = body(token.value) }
        return ["tokens": .int(tokens.count)]
    }
}
