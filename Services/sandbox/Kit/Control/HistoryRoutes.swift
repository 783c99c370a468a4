/// Reading and clearing the history.
struct HistoryRoutes {
    let stage: SandboxStage

    func answer(_ request: SandboxRequest, _ path: String) throws -> JSON {
        switch (request.method, path) {
        case ("GET", "history"): return try entries(request)
        case ("GET", "history/counts"): return counts()
        case ("DELETE", "history"):
            stage.history.clear()
            return ["ok": true]
        default: throw ControlProblem.noRoute(request)
        }
    }

    private func entries(_ request: SandboxRequest) throws -> JSON {
        var query = SandboxHistory.Query()
        let vendor = request.query("vendor") ?? stage.vendor
        query.vendor = vendor == "*" ? nil : vendor
        query.objectType = request.query("type")
        query.nativeID = request.query("id")
        query.operation = request.query("operation")
        query.actor = request.query("actor")
        query.target = request.query("target")
        query.status = try number(request, "status")
        query.requestID = try number(request, "requestId").map { UInt64($0) }
        query.since = UInt64(try number(request, "since") ?? 0)
        query.limit = try number(request, "limit") ?? 1_000
        let entries: [JSON]
        switch request.query("kind") ?? "change" {
        case "change": entries = stage.history.changes(query).map(\.json)
        case "request": entries = stage.history.requests(query).map(\.json)
        default: throw SandboxControlError("kind must be change or request")
        }
        return [
            "entries": .array(entries), "lastSequence": .int(Int(stage.history.lastSequence)),
            "forgotten": .int(stage.history.forgotten),
        ]
    }

    private func number(_ request: SandboxRequest, _ name: String) throws -> Int? {
        guard let text = request.query(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw SandboxControlError("\(name) must be a number, not \(text)")
        }
        return number
    }

    private func counts() -> JSON {
        var changes = JSONObject()
        for (type, operations) in stage.history.changeTotals(vendor: stage.vendor).sorted(by: { $0.key < $1.key }) {
            changes[type] = .object(JSONObject(operations.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) }))
        }
        var statuses = JSONObject()
        for (status, count) in stage.history.statusTotals(vendor: stage.vendor).sorted(by: { $0.key < $1.key }) {
            statuses[String(status)] = .int(count)
        }
        return ["changes": .object(changes), "requests": .object(statuses)]
    }
}
