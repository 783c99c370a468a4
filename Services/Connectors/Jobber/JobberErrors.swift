import CanonicalModel
import ConnectorKit
import SyncCore

/// What Jobber's refusals mean.
enum JobberErrors {
    /// The fault of an answer that is no success over HTTP.
    ///
    /// - Parameter isSafe: whether the request only read; a fault of the server leaves a write with unknown outcome.
    static func fault(status: Int, isSafe: Bool, retryAfter: Duration? = nil) -> ConnectorFault {
        switch status {
        case 401: return unauthenticated("http_401")
        case 403:
            return ConnectorFault(
                .authentication, code: "http_403", message: "the app lacks a scope that the call needs",
                fix: "add the scope to the app in Jobber's Developer Center and connect the account again")
        case 404:
            return ConnectorFault(
                .transient, code: "http_404",
                message: "Jobber does not answer at this address, or no longer knows API version \(JobberAPI.version)",
                fix: "check the connection's base URL; if it is right, bring Plumbline up to date")
        case 429:
            return ConnectorFault(
                .rateLimited, code: "http_429", message: "Jobber's limit of requests is reached",
                fix: "nothing to do: calls go on when the interval is over", retryAfter: retryAfter ?? .seconds(30))
        case 500...:
            return ConnectorFault(
                isSafe ? .transient : .unknownOutcome, code: "http_\(status)",
                message: "Jobber has a fault of its own (status \(status))",
                fix: "nothing to do: it is tried again")
        default:
            return ConnectorFault(
                .validation, code: "http_\(status)", message: "Jobber answers with status \(status)",
                fix: "see Jobber's documentation of the status")
        }
    }

    /// The fault of a GraphQL answer with errors.
    static func fault(errors: [JSONValue], body: JSONValue, isSafe: Bool) -> ConnectorFault {
        let codes = errors.compactMap { $0["extensions"]["code"].string }
        let code = codes.first ?? "graphql"
        if codes.contains("THROTTLED") {
            return ConnectorFault(
                .rateLimited, code: "THROTTLED", message: "Jobber's budget of query points is used up",
                fix: "nothing to do: calls go on when enough points are there", retryAfter: wait(for: body))
        }
        if codes.contains("UNAUTHENTICATED") { return unauthenticated("UNAUTHENTICATED") }
        if codes.contains("FORBIDDEN") || codes.contains("UNAUTHORIZED") {
            return ConnectorFault(
                .authentication, code: code, message: "the app may not do this in the account",
                fix: "add the scope to the app in Jobber's Developer Center and connect the account again")
        }
        // Without data nothing was carried out: the document or its variables were refused.
        if body["data"].isNull, errors.allSatisfy({ $0["path"].isNull }) {
            return ConnectorFault(
                .validation, code: code, message: "Jobber refuses the request's form (\(code))",
                fix: "see whether the version of Jobber's API has changed what it takes")
        }
        return ConnectorFault(
            isSafe ? .transient : .unknownOutcome, code: code,
            message: "Jobber could not carry out the request (\(code))",
            fix: "nothing to do: it is tried again")
    }

    /// The fault of a mutation that answers with user errors; nil where there are none.
    ///
    /// Jobber repeats values in its messages; the path to the value is enough for us.
    static func fault(userErrors: JSONValue, entity: EntityKind?) -> ConnectorFault? {
        guard let errors = userErrors.array, !errors.isEmpty else { return nil }
        let messages = errors.compactMap { $0["message"].string?.lowercased() }
        let paths = errors.map { error in (error["path"].array ?? []).compactMap(\.string) }
        let named = Set(paths.map { $0.joined(separator: ".") }.filter { !$0.isEmpty }).sorted()
        let place = named.isEmpty ? "" : " (\(named.joined(separator: ", ")))"
        if messages.contains(where: { $0.contains("not found") || $0.contains("does not exist") }) {
            return ConnectorFault(
                .notFound, code: "not_found", message: "Jobber does not know the object\(place)",
                fix: "the object was deleted or archived there; decide in the review queue what becomes of the record")
        }
        if messages.contains(where: { $0.contains("already been taken") || $0.contains("already exists") }) {
            return ConnectorFault(
                .duplicate, code: "taken", message: "Jobber has an object with the same unique value already\(place)",
                fix: "link the two records or change one of them")
        }
        let fields = Set(paths.flatMap { path in path.flatMap { Self.fields(at: $0, of: entity) } })
        return ConnectorFault(
            .validation, code: named.first ?? "user_error", message: "Jobber refuses the values\(place)",
            fix: "correct the value in the system that owns it", fields: fields.sorted())
    }

    /// An answer that cannot be read.
    static func unreadable(isSafe: Bool) -> ConnectorFault {
        ConnectorFault(
            isSafe ? .undecodable : .unknownOutcome, code: "not_json", message: "Jobber's answer cannot be understood",
            fix: "check that the connection's base URL is Jobber's API and not a proxy's page")
    }

    /// How long until the bucket holds what the query needs; Jobber sends no `Retry-After`.
    private static func wait(for body: JSONValue) -> Duration {
        let cost = body["extensions"]["cost"]
        let status = cost["throttleStatus"]
        guard let needed = number(cost["requestedQueryCost"]), let available = number(status["currentlyAvailable"]),
            let rate = number(status["restoreRate"]), rate > 0
        else { return .seconds(5) }
        return .milliseconds(Int64(min(max((needed - available) / rate, 0.2), 60) * 1000))
    }

    private static func number(_ value: JSONValue) -> Double? { value.number.flatMap { Double($0.text) } }

    private static func unauthenticated(_ code: String) -> ConnectorFault {
        ConnectorFault(
            .authentication, code: code, message: "Jobber does not accept the access token",
            fix:
                "connect the account again: Jobber ends the connection when a refresh token was used twice, the app "
                + "was disconnected or its administrator was deactivated")
    }

    /// The canonical fields that a part of an input stands for.
    private static func fields(at part: String, of entity: EntityKind?) -> [FieldName] {
        switch (part, entity) {
        case ("companyName", _): ["name"]
        case ("billingAddress", _): ["billing_address"]
        case ("firstName", _): ["first_name"]
        case ("lastName", _): ["last_name"]
        case ("phones", _), ("phonesToAdd", _), ("phonesToEdit", _): ["phone", "mobile"]
        case ("emails", _), ("emailsToAdd", _), ("emailsToEdit", _): ["email"]
        case ("address", .site?): ["address"]
        case ("name", .site?): ["name"]
        case ("title", .job?): ["title"]
        case ("instructions", .job?): ["description", "instructions"]
        case ("lineItems", .job?), ("lineItemIds", .job?): ["lines"]
        default: []
        }
    }
}
