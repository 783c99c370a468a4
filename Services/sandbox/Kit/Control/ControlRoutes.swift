/// The control API: what a test or a person does to a sandbox that no client of the vendor could.
struct ControlRoutes: Sendable {
    let vendor: any SandboxVendor

    private var stage: SandboxStage { vendor.stage }

    func respond(to request: SandboxRequest) async -> SandboxResponse {
        do {
            return .json(try await answer(request))
        } catch let error as JSONSyntaxError {
            return Self.problem(400, "the body is \(error)")
        } catch let error as ControlProblem {
            return Self.problem(error.status, error.text)
        } catch let error as SandboxControlError {
            return Self.problem(400, error.description)
        } catch {
            return Self.problem(500, "\(error)")
        }
    }

    private static func problem(_ status: Int, _ text: String) -> SandboxResponse {
        .json(["error": .string(text)], status: status)
    }

    private func answer(_ request: SandboxRequest) async throws -> JSON {
        let path = request.segments.dropFirst().joined(separator: "/")
        switch (request.method, path) {
        case ("GET", "health"): return health()
        case ("POST", "seed"): return try vendor.seed(request.json())
        case ("POST", "act"): return try vendor.act(request.json())
        case ("GET", "records"): return try records(request)
        case ("GET", "counts"):
            return .object(JSONObject(vendor.counts().sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) }))
        case ("POST", "reset"):
            // The vendor comes last: it issues the tokens that work from the start.
            stage.reset()
            vendor.reset()
            return ["ok": true]
        case ("GET", "settings"): return settings()
        case ("PATCH", "settings"):
            try changeSettings(request.json())
            return settings()
        case (_, _) where path.hasPrefix("history"): return try HistoryRoutes(stage: stage).answer(request, path)
        case (_, _) where path.hasPrefix("clock"): return try ClockRoutes(stage: stage).answer(request, path)
        case (_, _) where path.hasPrefix("faults"): return try FaultRoutes(stage: stage).answer(request, path)
        case (_, _) where path.hasPrefix("webhooks"):
            return try await WebhookRoutes(vendor: vendor).answer(request, path)
        case (_, _) where path.hasPrefix("tokens"): return try TokenRoutes(vendor: vendor).answer(request, path)
        default: throw ControlProblem.noRoute(request)
        }
    }

    private func health() -> JSON {
        let backlog = stage.webhooks.backlog
        return [
            "status": "ok", "vendor": .string(stage.vendor), "time": .string(stage.clock.now().iso8601),
            "pendingWebhooks": .int(backlog.queued + backlog.inFlight + backlog.delayed + backlog.retrying),
        ]
    }

    private func records(_ request: SandboxRequest) throws -> JSON {
        guard let type = request.query("type") else { throw SandboxControlError("say which records: ?type=…") }
        let id = request.query("id")
        let records = vendor.records(
            type: type, id: id, limit: request.query("limit").flatMap(Int.init) ?? 1_000,
            offset: request.query("offset").flatMap(Int.init) ?? 0)
        guard let records else {
            throw ControlProblem(404, "there is no \(type)\(id.map { " with id \($0)" } ?? "")")
        }
        return records
    }

    private func settings() -> JSON {
        let values = stage.settings.values
        var object: JSONObject = [
            "limitsLifted": .bool(values.limitsLifted),
            "latencyMilliseconds": .int(Int(values.latencyMilliseconds)),
            "indexLagMilliseconds": .int(Int(values.indexLagMilliseconds)),
            "webhookRetryFactor": .number(values.webhookRetryFactor),
        ]
        for (key, value) in vendor.describeSettings() { object[key] = value }
        return .object(object)
    }

    private func changeSettings(_ body: JSON) throws {
        let own = ["limitsLifted", "latencyMilliseconds", "indexLagMilliseconds", "webhookRetryFactor"]
        let known = own + vendor.describeSettings().keys
        for key in try body.members().keys where !known.contains(key) {
            throw SandboxControlError("there is no setting \(key); there are \(known.joined(separator: ", "))")
        }
        let lifted = try body.optionalBool("limitsLifted")
        let latency = try body.optionalInt("latencyMilliseconds")
        let lag = try body.optionalInt("indexLagMilliseconds")
        let factor = try body.optionalDouble("webhookRetryFactor")
        if let factor, factor < 0 { throw SandboxControlError("webhookRetryFactor must not be negative") }
        try vendor.applySettings(body)
        stage.settings.update { values in
            if let lifted { values.limitsLifted = lifted }
            if let latency { values.latencyMilliseconds = Int64(max(0, latency)) }
            if let factor { values.webhookRetryFactor = factor }
            if let lag { values.indexLagMilliseconds = Int64(max(0, lag)) }
        }
    }
}

/// A refusal of the control API with its status.
struct ControlProblem: Error {
    let status: Int
    let text: String

    init(_ status: Int, _ text: String) {
        self.status = status
        self.text = text
    }

    static func noRoute(_ request: SandboxRequest) -> ControlProblem {
        ControlProblem(404, "the control API has no \(request.method) \(request.path); see Services/sandbox/README.md")
    }
}

// Readers of bodies that say what is wrong with them.
extension JSON {
    /// The members of an object, or an error that an object is expected.
    public func members() throws -> JSONObject {
        guard let object = objectValue else { throw SandboxControlError("a JSON object is expected") }
        return object
    }

    /// The string of that name, or an error that names it.
    public func requiredString(_ key: String) throws -> String {
        guard let value = try optionalString(key) else { throw SandboxControlError("\(key) is missing") }
        return value
    }

    /// The string of that name, nil when absent; an integer is taken as its digits.
    public func optionalString(_ key: String) throws -> String? {
        switch self[key] {
        case nil, .null?: return nil
        case .string(let value)?: return value
        case .int(let value)?: return String(value)
        default: throw SandboxControlError("\(key) must be a string")
        }
    }

    /// The integer of that name, nil when absent.
    public func optionalInt(_ key: String) throws -> Int? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let number = value.intValue else { throw SandboxControlError("\(key) must be an integer") }
        return number
    }

    /// The truth value of that name, nil when absent.
    public func optionalBool(_ key: String) throws -> Bool? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let flag = value.boolValue else { throw SandboxControlError("\(key) must be true or false") }
        return flag
    }

    /// The number of that name, nil when absent.
    public func optionalDouble(_ key: String) throws -> Double? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let number = value.doubleValue else { throw SandboxControlError("\(key) must be a number") }
        return number
    }

    /// The list of that name; an absent one is empty.
    public func list(_ key: String) throws -> [JSON] {
        guard let value = self[key], !value.isNull else { return [] }
        guard let elements = value.arrayValue else { throw SandboxControlError("\(key) must be a list") }
        return elements
    }
}
