import SandboxKit

/// A refusal in HubSpot's wording.
struct HubSpotProblem: Error, Sendable {
    /// What is wrong with one value.
    struct Detail: Sendable {
        var message: String
        var code: String?
        var context: [String: [String]] = [:]

        var json: JSON {
            var object: JSONObject = ["message": .string(message)]
            if let code { object["code"] = .string(code) }
            if !context.isEmpty { object["context"] = HubSpotProblem.context(context) }
            return .object(object)
        }
    }

    var status: Int
    var category: String
    var message: String
    var subCategory: String?
    var details: [Detail] = []
    var context: [String: [String]] = [:]
    var headers: [(String, String)] = []

    /// The body of the answer.
    func body(correlationID: String) -> JSON {
        if status == 429 {
            return [
                "status": "error", "message": .string(message), "errorType": "RATE_LIMIT",
                "correlationId": .string(correlationID), "policyName": .string(context["policyName"]?.first ?? ""),
            ]
        }
        var object: JSONObject = [
            "status": "error", "message": .string(message), "correlationId": .string(correlationID),
        ]
        if !context.isEmpty { object["context"] = Self.context(context) }
        if !details.isEmpty { object["errors"] = .array(details.map(\.json)) }
        object["category"] = .string(category)
        if let subCategory { object["subCategory"] = .string(subCategory) }
        return .object(object)
    }

    /// The entry in the errors of a batch answer.
    func batchError(traceID: String?) -> JSON {
        var context = context
        if let traceID { context["objectWriteTraceId"] = [traceID] }
        var object: JSONObject = [
            "status": "error", "category": .string(category), "message": .string(message),
            "context": Self.context(context),
        ]
        if let subCategory { object["subCategory"] = .string(subCategory) }
        if !details.isEmpty { object["errors"] = .array(details.map(\.json)) }
        return .object(object)
    }

    private static func context(_ context: [String: [String]]) -> JSON {
        .object(JSONObject(context.sorted { $0.key < $1.key }.map { ($0.key, .array($0.value.map(JSON.string))) }))
    }

    // MARK: The usual ones

    static func invalid(_ message: String, code: String? = nil) -> HubSpotProblem {
        HubSpotProblem(
            status: 400, category: "VALIDATION_ERROR", message: message,
            details: code.map { [Detail(message: message, code: $0)] } ?? [])
    }

    static func badJSON(_ reason: String) -> HubSpotProblem {
        HubSpotProblem(status: 400, category: "VALIDATION_ERROR", message: "Invalid input JSON: \(reason)")
    }

    /// What is wrong with the values of a write, all of it at once.
    static func properties(_ faults: [PropertyFault]) -> HubSpotProblem {
        let list: [JSON] = faults.map {
            [
                "isValid": false, "message": .string($0.message), "error": .string($0.code),
                "name": .string($0.property),
            ]
        }
        return HubSpotProblem(
            status: 400, category: "VALIDATION_ERROR", message: "Property values were not valid: \(JSON.array(list))",
            details: faults.map { Detail(message: $0.message, code: $0.code, context: ["propertyName": [$0.property]]) }
        )
    }

    static func notFound(_ what: String = "resource not found") -> HubSpotProblem {
        HubSpotProblem(status: 404, category: "OBJECT_NOT_FOUND", message: what)
    }

    static func conflict(_ message: String, existing: Int) -> HubSpotProblem {
        HubSpotProblem(status: 409, category: "CONFLICT", message: message, context: ["existingId": [String(existing)]])
    }

    static let noRoute = HubSpotProblem(status: 404, category: "OBJECT_NOT_FOUND", message: "No such endpoint")

    static func methodNotAllowed() -> HubSpotProblem {
        HubSpotProblem(status: 405, category: "METHOD_NOT_ALLOWED", message: "The HTTP method is not allowed here")
    }

    static func missingScopes(_ scopes: [String]) -> HubSpotProblem {
        HubSpotProblem(
            status: 403, category: "MISSING_SCOPES",
            message: "This app hasn't been granted all required scopes to make this call.",
            details: [
                Detail(
                    message: "One or more of the following scopes are required.",
                    context: ["requiredGranularScopes": scopes])
            ])
    }
}

/// What is wrong with one property's value.
struct PropertyFault: Sendable {
    let property: String
    let message: String
    let code: String
}
