import SandboxKit

/// A refusal in QuickBooks' wording.
struct QuickBooksFault: Error, Sendable {
    /// One thing that is wrong.
    struct Entry: Sendable {
        let code: String
        let message: String
        let detail: String
        var element: String?

        var json: JSON {
            var object: JSONObject = ["Message": .string(message), "Detail": .string(detail), "code": .string(code)]
            if let element { object["element"] = .string(element) }
            return .object(object)
        }
    }

    var status = 400
    var type = "ValidationFault"
    var entries: [Entry]

    init(
        _ code: String, _ message: String, _ detail: String, element: String? = nil, type: String = "ValidationFault",
        status: Int = 400
    ) {
        self.status = status
        self.type = type
        entries = [Entry(code: code, message: message, detail: detail, element: element)]
    }

    init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// The value of `Fault`.
    var json: JSON { ["Error": .array(entries.map(\.json)), "type": .string(type)] }

    // MARK: The usual ones

    static func missing(_ property: String) -> QuickBooksFault {
        QuickBooksFault(
            "2020", "Required param missing, need to supply the required value for the API",
            "Required parameter \(property) is missing in the request", element: property)
    }

    static func unsupportedProperty(_ property: String) -> QuickBooksFault {
        QuickBooksFault(
            "2010", "Request has invalid or unsupported property",
            "Property Name:\(property) specified is unsupported or invalid", element: property)
    }

    static func badValue(_ property: String, _ why: String) -> QuickBooksFault {
        QuickBooksFault("2090", "Invalid value", "Property Name:\(property) \(why)", element: property)
    }

    static func tooLong(_ property: String, _ length: Int, _ maximum: Int) -> QuickBooksFault {
        QuickBooksFault(
            "2050", "String length is either shorter or longer than supported by specification",
            "\(property): String length is \(length), at most \(maximum) is supported", element: property)
    }

    static func invalidReference(_ property: String, _ value: String) -> QuickBooksFault {
        QuickBooksFault(
            "2500", "Invalid Reference Id", "Invalid Reference Id : \(property) \(value) not found", element: property)
    }

    static func inactive(_ what: String) -> QuickBooksFault {
        QuickBooksFault(
            "610", "Object Not Found",
            "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, "
                + "customers, items, vendors or employees. (\(what))")
    }

    static func notFound(_ what: String) -> QuickBooksFault {
        QuickBooksFault("610", "Object Not Found", "Object Not Found : \(what)")
    }

    static func business(_ detail: String, code: String = "6000") -> QuickBooksFault {
        QuickBooksFault(
            code, "A business validation error has occurred while processing your request",
            "Business Validation Error: \(detail)")
    }

    static func stale(_ kind: String, _ id: String) -> QuickBooksFault {
        QuickBooksFault(
            "5010", "Stale Object Error",
            "Stale Object Error : You and another user were working on \(kind) \(id) at the same time. "
                + "The other finished before you did, so your work was not saved.")
    }

    static func duplicateName(id: Int) -> QuickBooksFault {
        QuickBooksFault("6240", "Duplicate Name Exists Error", "The name supplied already exists. : Id=\(id)")
    }

    static func unsupportedOperation(_ what: String) -> QuickBooksFault {
        QuickBooksFault("500", "Unsupported Operation", "Operation \(what) is not supported.", type: "SystemFault")
    }

    static func badQuery(_ detail: String) -> QuickBooksFault {
        QuickBooksFault("4000", "Error parsing query", "QueryParserError: \(detail)")
    }

    static func expiredToken(_ detail: String) -> QuickBooksFault {
        QuickBooksFault(
            "3200", "message=AuthenticationFailed; errorCode=003200; statusCode=401", detail,
            type: "AuthenticationFault",
            status: 401)
    }

    static let revoked = QuickBooksFault(
        "3100", "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        "The application has no access to this company", type: "AuthorizationFault", status: 403)

    static let throttled = QuickBooksFault(
        "3001", "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "You have exceeded the number of requests for this company", type: "ThrottlingFault", status: 429)
}
