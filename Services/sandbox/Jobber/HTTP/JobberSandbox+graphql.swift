import SandboxGraphQL
import SandboxKit
import Synchronization

/// What the answer to a request says beside its data.
private struct Charge {
    var requested = 0
    var actual = 0
    var available = JobberLimits.bucket
}

extension JobberSandbox {
    /// Versions of the API that answer, oldest first.
    static let versions = ["2025-01-20", "2025-04-16", "2026-03-10", "2026-04-16", "2026-05-12", "2026-09-25"]

    /// One operation: form of the request, version, token, limits, then the operation itself.
    func execute(_ request: SandboxRequest) -> SandboxResponse {
        guard request.method == "POST" else { return Self.message("Not found", status: 404) }
        guard request.header("Content-Type")?.lowercased().hasPrefix("application/json") == true else {
            return Self.message("Content-Type must be application/json", status: 415)
        }
        guard let wanted = request.header("X-JOBBER-GRAPHQL-VERSION"), !wanted.isEmpty else {
            return Self.message("A GraphQL API version is required in the X-JOBBER-GRAPHQL-VERSION header", status: 400)
        }
        guard Self.versions.contains(wanted) else {
            return Self.message("GraphQL API version '\(wanted)' does not exist", status: 404)
        }
        let body: JSON
        do {
            body = try request.json()
        } catch {
            return Self.message("The body is not valid JSON", status: 400)
        }
        guard let query = body["query"]?.stringValue else {
            return answer(GraphQLResponse(refusal: Self.refusal("No query string was present")), nil, wanted)
        }
        var variables = GraphQLObject()
        switch body["variables"] {
        case nil, .null?: break
        case .object?: variables = body["variables"].map { GraphQLValue($0).object ?? [:] } ?? [:]
        default: return answer(GraphQLResponse(refusal: Self.refusal("Variables must be an object")), nil, wanted)
        }
        let prepared: Result<BoundOperation, GraphQLRefusal>
        do {
            prepared = .success(
                try prepare(query).bind(operationName: body["operationName"]?.stringValue, variables: variables))
        } catch {
            prepared = .failure(error)
        }
        if case .success(let operation) = prepared { request.trace.operation = Self.title(operation) }
        switch authenticate(request) {
        case .success(let viewer): return run(prepared, viewer, request, wanted)
        case .failure(let refusal):
            // The schema can be read without a token.
            guard case .success(let operation) = prepared, Self.isIntrospection(operation) else {
                return refusal.response
            }
            return run(prepared, JobberViewer(app: "", userID: nil, actor: .system), request, wanted)
        }
    }

    private func run(
        _ prepared: Result<BoundOperation, GraphQLRefusal>, _ viewer: JobberViewer, _ request: SandboxRequest,
        _ version: String
    ) -> SandboxResponse {
        let now = stage.clock.now()
        let isEnforced = !stage.settings.limitsLifted
        return state.withLock { state in
            if case .refused = state.takeRequest(viewer.app, now, enforced: isEnforced) {
                return Self.tooManyRequests
            }
            let operation: BoundOperation
            switch prepared {
            case .success(let bound): operation = bound
            case .failure(let refusal):
                let available = state.available(viewer.app, now)
                return answer(GraphQLResponse(refusal: refusal), Charge(available: available), version)
            }
            var charge = Charge(requested: QueryCost(operation: operation).requested)
            if isEnforced {
                guard Double(charge.requested) <= JobberLimits.bucket else {
                    charge.available = state.available(viewer.app, now)
                    let text =
                        "Query cost is \(charge.requested), which exceeds the maximum of \(Int(JobberLimits.bucket))"
                    return answer(
                        GraphQLResponse(refusal: Self.refusal(text, code: "MAX_QUERY_COST_EXCEEDED")), charge, version)
                }
                guard state.take(Double(charge.requested), viewer.app, now) else {
                    charge.available = state.available(viewer.app, now)
                    return answer(
                        GraphQLResponse(refusal: Self.refusal("Throttled", code: "THROTTLED")), charge, version)
                }
            }
            let writing = JobberWriting(
                store: state.store, stage: stage, now: now, viewer: viewer, requestID: request.id)
            let reading = JobberReading(
                store: state.store, schema: schema, now: now, viewer: viewer, indexLag: request.indexLag,
                writing: writing)
            let root: JobberObject = operation.operation.kind == .mutation ? .mutation : .query
            let response = operation.execute(on: root, source: reading)
            charge.actual = QueryCost.actual(response.data)
            if isEnforced { state.giveBack(Double(max(0, charge.requested - charge.actual)), viewer.app) }
            charge.available = state.available(viewer.app, now)
            return answer(response, charge, version)
        }
    }

    // MARK: Answers

    private func answer(_ response: GraphQLResponse, _ charge: Charge?, _ version: String) -> SandboxResponse {
        var response = response
        if let charge {
            response.extensions["cost"] = [
                "requestedQueryCost": .int(charge.requested), "actualQueryCost": .int(charge.actual),
                "throttleStatus": [
                    "maximumAvailable": .int(Int(JobberLimits.bucket)),
                    "currentlyAvailable": .int(Int(charge.available)),
                    "restoreRate": .int(Int(JobberLimits.restorePerSecond)),
                ],
            ]
        }
        response.extensions["versioning"] = versioning(version)
        return SandboxResponse(
            status: 200, headers: [("Content-Type", "application/json; charset=utf-8")], body: response.value.json)
    }

    /// A version is supported for 12 months and reachable for 18; then the oldest supported one answers in its place.
    private func versioning(_ version: String) -> GraphQLValue {
        let now = stage.clock.now()
        func age(_ version: String) -> Int64 {
            SandboxInstant(iso8601: version).map { (now - $0) / 86_400_000 } ?? 0
        }
        let oldest = Self.versions.first { age($0) <= 365 } ?? Self.versions.last ?? version
        let used = age(version) > 548 ? oldest : version
        var fields: GraphQLObject = ["version": .string(used)]
        if age(used) > 365 {
            fields["warning"] = .string(
                "Version \(used) is no longer supported and will soon be removed. Move to \(oldest) or later.")
        }
        return .object(fields)
    }

    static func refusal(_ message: String, code: String? = nil) -> GraphQLRefusal {
        GraphQLRefusal([GraphQLError(message, code: code)])
    }

    static let tooManyRequests = SandboxResponse(
        status: 429, headers: [("Content-Type", "text/plain")], body: Array("Retry later\n".utf8))

    static func message(_ text: String, status: Int) -> SandboxResponse {
        .json(["message": .string(text)], status: status)
    }

    // MARK: Reading the request

    private struct TokenRefusal: Error {
        var response: SandboxResponse
    }

    private func authenticate(_ request: SandboxRequest) -> Result<JobberViewer, TokenRefusal> {
        if request.bearerToken == JobberAccount.standingToken {
            request.trace.actor = .token(JobberAccount.firstApp)
            return .success(
                JobberViewer(app: JobberAccount.firstApp, userID: ownerID, actor: .token(JobberAccount.firstApp)))
        }
        switch stage.tokens.check(request.bearerToken ?? "", kind: .access, now: stage.clock.now()) {
        case .valid(let token):
            let userID = token.scopes.first { $0.hasPrefix("user:") }.map { String($0.dropFirst(5)) }
            let isPerson = token.scopes.contains("person")
            let actor: SandboxActor = isPerson ? .user(userID ?? token.client) : .token(token.client)
            request.trace.actor = actor
            return .success(JobberViewer(app: token.client, userID: userID, actor: actor))
        case .expired: return .failure(TokenRefusal(response: Self.message("Access token expired", status: 401)))
        case .revoked, .unknown:
            return .failure(TokenRefusal(response: Self.message("Token not recognized", status: 401)))
        }
    }

    /// The operation as the history names it: the root fields, or its kind.
    private static func title(_ operation: BoundOperation) -> String {
        let fields = operation.operation.selectionSet.selections.compactMap { selection in
            if case .field(let field) = selection { field.name } else { nil }
        }
        return fields.isEmpty ? operation.operation.kind.rawValue : fields.joined(separator: ",")
    }

    private static func isIntrospection(_ operation: BoundOperation) -> Bool {
        operation.operation.kind == .query
            && operation.operation.selectionSet.selections.allSatisfy { selection in
                if case .field(let field) = selection { field.name.hasPrefix("__") } else { false }
            }
    }

    /// The validated document of a query; documents repeat, so the last ones are kept.
    private func prepare(_ query: String) throws(GraphQLRefusal) -> PreparedDocument {
        if let known = documents.withLock({ $0[query] }) { return known }
        let prepared = try PreparedDocument(query, schema: schema)
        documents.withLock { documents in
            if documents.count >= 500 { documents.removeAll() }
            documents[query] = prepared
        }
        return prepared
    }
}
