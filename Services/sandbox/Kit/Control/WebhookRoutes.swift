/// Looking at the webhooks of a vendor, and disturbing them.
struct WebhookRoutes {
    let vendor: any SandboxVendor

    private var webhooks: WebhookDispatcher { vendor.stage.webhooks }

    func answer(_ request: SandboxRequest, _ path: String) async throws -> JSON {
        switch (request.method, path) {
        case ("GET", "webhooks"): return log(request)
        case ("GET", "webhooks/state"): return state()
        case ("PUT", "webhooks/subscription"): return try vendor.subscribe(request.json())
        case ("POST", "webhooks/hold"):
            webhooks.hold()
            return state()
        case ("POST", "webhooks/release"):
            let order = try body(request).optionalString("order") ?? "original"
            guard let order = WebhookQueue.ReleaseOrder(rawValue: order) else {
                throw SandboxControlError("order must be original, reversed or shuffled")
            }
            webhooks.release(order: order)
            return state()
        case ("POST", "webhooks/drop"): return ["dropped": .int(webhooks.dropWaiting())]
        case ("POST", "webhooks/redeliver"):
            let body = try body(request)
            let id = try body.optionalInt("deliveryId").map { UInt64($0) }
            return ["events": .int(webhooks.redeliver(deliveryID: id, copies: try body.optionalInt("copies") ?? 1))]
        case ("POST", "webhooks/settle"):
            let body = try body(request)
            return await settle(
                timeoutMilliseconds: try body.optionalInt("timeoutMilliseconds") ?? 5_000,
                withRetries: try body.optionalBool("withRetries") ?? false)
        case ("GET", "webhooks/faults"): return ["faults": .array(webhooks.faults.map(Self.describe))]
        case ("POST", "webhooks/faults"): return ["id": .int(webhooks.addFault(try Self.fault(request.json())))]
        case ("DELETE", "webhooks/faults"):
            webhooks.clearFaults()
            return ["ok": true]
        default: throw ControlProblem.noRoute(request)
        }
    }

    private func body(_ request: SandboxRequest) throws -> JSON {
        request.body.isEmpty ? .object(JSONObject()) : try request.json()
    }

    private func log(_ request: SandboxRequest) -> JSON {
        let since = request.query("since").flatMap(UInt64.init) ?? 0
        let limit = request.query("limit").flatMap(Int.init) ?? 1_000
        return ["deliveries": .array(webhooks.log(since: since, limit: limit).map(\.json))]
    }

    private func state() -> JSON {
        let backlog = webhooks.backlog
        let totals = webhooks.totals
        return [
            "queued": .int(backlog.queued), "inFlight": .int(backlog.inFlight), "delayed": .int(backlog.delayed),
            "retrying": .int(backlog.retrying), "held": .bool(backlog.isHeld), "refused": .int(backlog.refused),
            "delivered": .int(totals[.delivered] ?? 0), "failed": .int(totals[.failed] ?? 0),
            "dropped": .int(totals[.dropped] ?? 0), "attemptsToRetry": .int(totals[.willRetry] ?? 0),
        ]
    }

    /// Waits until nothing is on its way; says whether that came about in time.
    private func settle(timeoutMilliseconds: Int, withRetries: Bool) async -> JSON {
        let end = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
        while true {
            let backlog = webhooks.backlog
            let pending = backlog.queued + backlog.inFlight + backlog.delayed + (withRetries ? backlog.retrying : 0)
            let isSettled = pending == 0
            if isSettled || backlog.isHeld || ContinuousClock.now >= end || Task.isCancelled {
                guard var object = state().objectValue else { return .null }
                object["settled"] = .bool(isSettled)
                return .object(object)
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    private static func fault(_ body: JSON) throws -> WebhookFault {
        let milliseconds = Int64(try body.optionalInt("milliseconds") ?? 1_000)
        let kind: WebhookFault.Kind
        switch try body.requiredString("kind") {
        case "duplicate": kind = .duplicate(copies: try body.optionalInt("copies") ?? 1)
        case "delay": kind = .delay(milliseconds: milliseconds)
        case "reorder": kind = .reorder(atMost: milliseconds)
        case "drop": kind = .drop
        case let other: throw SandboxControlError("kind must be duplicate, delay, reorder or drop, not \(other)")
        }
        let probability = try body.optionalDouble("probability") ?? 1
        let count = try body.optionalInt("count") ?? (probability < 1 ? nil : 1)
        return WebhookFault(
            kind, name: try body.optionalString("name"), objectID: try body.optionalString("id"),
            count: count.flatMap { $0 < 0 ? nil : $0 }, skip: try body.optionalInt("skip") ?? 0,
            probability: probability)
    }

    private static func describe(_ id: Int, _ fault: WebhookFault, _ strikes: Int) -> JSON {
        let kind: JSON =
            switch fault.kind {
            case .duplicate(let copies): ["kind": "duplicate", "copies": .int(copies)]
            case .delay(let milliseconds): ["kind": "delay", "milliseconds": .int(Int(milliseconds))]
            case .reorder(let milliseconds): ["kind": "reorder", "milliseconds": .int(Int(milliseconds))]
            case .drop: ["kind": "drop"]
            }
        return [
            "id": .int(id), "fault": kind, "name": .optional(fault.name), "objectId": .optional(fault.objectID),
            "remaining": fault.count.map(JSON.int) ?? .null, "strikes": .int(strikes),
        ]
    }
}
