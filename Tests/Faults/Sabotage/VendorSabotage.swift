import RandomSupport
import SandboxKit
import SandboxSupport

/// Has a vendor's imitation misbehave.
struct VendorSabotage {
    let client: SandboxClient

    /// Requests of the API fail, a few at a time; the pages where people work do not.
    func strike(_ fault: PlannedFault) async throws {
        var generator = SeededGenerator(seed: fault.seed)
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        if fault.kind.action == .expireToken {
            try await client.control("POST", "tokens/expire", ["kind": "access"])
            return
        }
        let effect: JSON =
            switch fault.kind.action {
            case .rateLimit:
                Bool.random(using: &generator)
                    ? ["kind": "rate-limited", "retryAfter": .int(number(1...5))] : ["kind": "rate-limited"]
            case .serverError: ["kind": "server-error", "status": .int([500, 502, 503, 504][number(0...3)])]
            case .loseAnswer: ["kind": "lose-answer"]
            // Within the bound that the connection declares: later than that nothing may be carried out.
            case .lateCommit: ["kind": "late-commit", "milliseconds": .int(number(200...2_000))]
            case .slowAnswer:
                [
                    "kind": number(0...1) == 0 ? "delay-before" : "delay-after",
                    "milliseconds": .int(number(200...2_500)),
                ]
            case .refuseToken: ["kind": "expired-token"]
            case .errorBody: ["kind": "error-body"]
            default: ["kind": "html"]
            }
        // Lost answers are aimed at what writes, where they hurt.
        let isWrite = [.loseAnswer, .lateCommit].contains(fault.kind.action)
        let (path, method, text) = Self.requests(of: fault.system, isWrite: isWrite)
        try await client.control(
            "POST", "faults",
            [
                "effect": effect, "path": .string(path), "method": .optional(method), "contains": .optional(text),
                "count": .int(number(1...4)),
            ])
    }

    /// Webhooks come twice, late, in another order, or never.
    func strikeWebhooks(_ fault: PlannedFault) async throws {
        var generator = SeededGenerator(seed: fault.seed)
        let wait = JSON.int(Int.random(in: 500...12_000, using: &generator))
        let count = JSON.int(Int.random(in: 1...8, using: &generator))
        let body: JSON =
            switch fault.kind.action {
            case .duplicate:
                ["kind": "duplicate", "copies": .int(Int.random(in: 1...3, using: &generator)), "count": count]
            case .late: ["kind": "delay", "milliseconds": wait, "count": count]
            case .reorder: ["kind": "reorder", "milliseconds": wait, "count": count]
            default: ["kind": "drop", "count": count]
            }
        try await client.control("POST", "webhooks/faults", body)
    }

    /// Which requests are meant: never those for tokens, which an app whose refresh token is spent twice would lose for good.
    private static func requests(of system: NativeSystem, isWrite: Bool) -> (String, String?, String?) {
        switch system {
        case .crm: ("/crm/**", isWrite ? "PATCH" : nil, nil)
        case .fsm: ("/api/graphql", nil, isWrite ? "mutation" : nil)
        case .ledger: ("/v3/**", isWrite ? "POST" : nil, nil)
        }
    }
}
