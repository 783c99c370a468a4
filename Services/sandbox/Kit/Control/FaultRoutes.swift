/// Planning faults.
struct FaultRoutes {
    let stage: SandboxStage

    func answer(_ request: SandboxRequest, _ path: String) throws -> JSON {
        switch (request.method, path) {
        case ("GET", "faults"):
            return ["faults": .array(stage.faults.list.map { Self.describe($0.id, $0.rule, strikes: $0.strikes) })]
        case ("POST", "faults"):
            let body = try request.json()
            let id = stage.faults.add(
                try Self.rule(body), seed: try body.optionalInt("seed").map { UInt64(bitPattern: Int64($0)) })
            return ["id": .int(id)]
        case ("DELETE", "faults"):
            stage.faults.reset()
            return ["ok": true]
        case ("DELETE", _):
            guard let id = request.segments.last.flatMap(Int.init), stage.faults.remove(id) else {
                throw ControlProblem(404, "there is no such fault")
            }
            return ["ok": true]
        default: throw ControlProblem.noRoute(request)
        }
    }

    static func rule(_ body: JSON) throws -> FaultRule {
        guard let effect = body["effect"] else { throw SandboxControlError("effect is missing") }
        let probability = try body.optionalDouble("probability") ?? 1
        guard (0...1).contains(probability) else { throw SandboxControlError("probability must be from 0 to 1") }
        // A chance without a count means "from now on"; a plain fault strikes once.
        let count = try body.optionalInt("count") ?? (probability < 1 ? nil : 1)
        return FaultRule(
            try self.effect(effect), method: try body.optionalString("method"), path: try body.optionalString("path"),
            contains: try body.optionalString("contains"), count: count.flatMap { $0 < 0 ? nil : $0 },
            skip: try body.optionalInt("skip") ?? 0, probability: probability)
    }

    private static func effect(_ body: JSON) throws -> FaultEffect {
        let milliseconds = Int64(try body.optionalInt("milliseconds") ?? 0)
        let status = try body.optionalInt("status")
        if let status, !(200...599).contains(status) { throw SandboxControlError("status must be from 200 to 599") }
        switch try body.requiredString("kind") {
        case "rate-limited": return .rateLimited(retryAfterSeconds: try body.optionalInt("retryAfter"))
        case "server-error": return .serverError(status: status ?? 500)
        case "lose-answer": return .loseAnswer
        case "close-before": return .closeBefore
        case "delay-before": return .delayBefore(milliseconds: milliseconds)
        case "delay-after": return .delayAfter(milliseconds: milliseconds)
        case "late-commit": return .lateCommit(milliseconds: milliseconds)
        case "expired-token": return .expiredToken
        case "error-body": return .errorBody
        case "html": return .html(status: status ?? 502)
        case "index-lag": return .indexLag(milliseconds: milliseconds)
        case let kind: throw SandboxControlError("there is no effect \(kind)")
        }
    }

    private static func describe(_ id: Int, _ rule: FaultRule, strikes: Int) -> JSON {
        var effect: JSONObject = ["kind": .string(rule.effect.kind)]
        switch rule.effect {
        case .rateLimited(let seconds): effect["retryAfter"] = seconds.map(JSON.int)
        case .serverError(let status), .html(let status): effect["status"] = .int(status)
        case .delayBefore(let milliseconds), .delayAfter(let milliseconds), .lateCommit(let milliseconds),
            .indexLag(let milliseconds):
            effect["milliseconds"] = .int(Int(milliseconds))
        case .loseAnswer, .closeBefore, .expiredToken, .errorBody: break
        }
        return [
            "id": .int(id), "effect": .object(effect), "method": .optional(rule.method), "path": .optional(rule.path),
            "contains": .optional(rule.contains), "remaining": rule.count.map(JSON.int) ?? .null,
            "skip": .int(rule.skip), "probability": .number(rule.probability), "strikes": .int(strikes),
        ]
    }
}
