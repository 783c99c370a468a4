import CanonicalModel
import ConnectorKit
import SyncCore

/// What HubSpot's refusals mean.
enum HubSpotErrors {
    static func fault(status: Int, body: JSONValue?) -> ConnectorFault {
        let category = body?["category"].string ?? ""
        let first = body?["errors"][0]
        let code =
            first?["code"].string ?? body?["subCategory"].string ?? (category.isEmpty ? "http_\(status)" : category)
        // HubSpot repeats values that we sent in its messages; the property's name is enough for us.
        let properties = (body?["errors"].array ?? []).flatMap { error in
            (error["context"]["propertyName"].array ?? []).compactMap(\.string) + [error["in"].string].compactMap { $0 }
        }
        let fields = Set(properties.compactMap(field)).sorted()
        let named = properties.isEmpty ? "" : " (\(Set(properties).sorted().joined(separator: ", ")))"
        switch status {
        case 401:
            return ConnectorFault(
                .authentication, code: code, message: "HubSpot does not accept the access token",
                fix: "connect the account again or replace the private app's token")
        case 403:
            return ConnectorFault(
                .authentication, code: code, message: "the app lacks a scope that the call needs",
                fix: "add the scope that HubSpot names to the app and connect it again")
        case 404:
            return ConnectorFault(
                .notFound, code: code, message: "HubSpot does not know the object",
                fix: "the object was deleted or archived there; decide in the review queue what becomes of the record")
        case 409:
            return ConnectorFault(
                .duplicate, code: code, message: "HubSpot has an object with the same unique value already\(named)",
                fix: "link the two records or change one of them", fields: fields, existing: nil)
        case 429:
            return ConnectorFault(
                .rateLimited, code: body?["policyName"].string ?? "rate_limit", message: "HubSpot's limit is reached",
                fix: "nothing to do: calls go on when the interval is over", retryAfter: .seconds(10))
        case 400, 405, 415, 422:
            return ConnectorFault(
                .validation, code: code, message: "HubSpot refuses the values\(named)",
                fix: "correct the value in the system that owns it, or the property in HubSpot", fields: fields)
        case 423, 500...:
            return ConnectorFault(
                .transient, code: "http_\(status)", message: "HubSpot has a fault of its own (status \(status))",
                fix: "nothing to do: it is tried again")
        default:
            return ConnectorFault(
                .validation, code: code, message: "HubSpot answers with status \(status)",
                fix: "see HubSpot's documentation of the status")
        }
    }

    /// An error in an answer that calls itself a success: of a write nobody knows whether it was carried out.
    static func fault(inSuccess body: JSONValue, isSafe: Bool) -> ConnectorFault {
        ConnectorFault(
            isSafe ? .transient : .unknownOutcome, code: body["category"].string ?? "error_in_success",
            message: "HubSpot answers a call with an error of its own and the status of a success",
            fix: "nothing to do: it is tried again; an update is read before anything newer is sent")
    }

    /// An answer without what was asked for, which says nothing of what is there, nor of what was carried out.
    static func unexpected(isSafe: Bool) -> ConnectorFault {
        ConnectorFault(
            isSafe ? .undecodable : .unknownOutcome, code: "unexpected_answer",
            message: "HubSpot's answer does not hold what was asked for",
            fix: "check that the connection's base URL is HubSpot's API and not a proxy's page")
    }

    static func unreadable(isSafe: Bool) -> ConnectorFault {
        ConnectorFault(
            isSafe ? .undecodable : .unknownOutcome, code: "not_json", message: "HubSpot's answer is no JSON",
            fix: "check that the connection's base URL is HubSpot's API and not a proxy's page")
    }

    private static func field(_ property: String) -> FieldName? {
        (HubSpotProperties.job + HubSpotProperties.company + HubSpotProperties.contact)
            .first { $0.property == property }?.field
            ?? [HubSpotProperties.windowStart, HubSpotProperties.windowEnd, HubSpotProperties.windowZone]
            .first { $0 == property }.map { _ in "scheduled_window" }
    }
}
