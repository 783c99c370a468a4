import CanonicalModel
import ConnectorKit
import SyncCore

/// What QuickBooks Online's refusals mean.
///
/// Faults repeat the values that were sent in their details; the code and the element are enough for us.
enum QuickBooksOnlineErrors {
    /// The fault of an answer, or of one item of a batch.
    ///
    /// - Parameters:
    ///   - fault: the value of `Fault`; nil where the answer has none.
    ///   - isSafe: whether the request only read; a fault of the server leaves a write with unknown outcome.
    static func fault(
        _ fault: JSONValue?, status: Int, isSafe: Bool, retryAfter: Duration? = nil
    ) -> ConnectorFault {
        let errors = fault?["Error"].array ?? fault?["error"].array ?? []
        let code = errors.compactMap(self.code).first ?? "http_\(status)"
        let type = fault?["type"].string?.lowercased() ?? ""
        switch code {
        case "5010": return stale
        case "6240", "6140": return duplicate(code, errors)
        case "610": return missing(code)
        case "6540", "6210": return closedBooks(code)
        case "3001": return limited(code, retryAfter)
        case "3100": return revoked(code)
        case "3200": return unauthenticated(code)
        default: break
        }
        switch status {
        case 401: return unauthenticated(code)
        case 403: return revoked(code)
        case 429: return limited(code, retryAfter)
        default: break
        }
        if type.hasPrefix("authentication") { return unauthenticated(code) }
        if type.hasPrefix("authorization") { return revoked(code) }
        if type.hasPrefix("throttl") { return limited(code, retryAfter) }
        if status >= 500 || code == "10000" || (type.hasPrefix("system") && code != "500") {
            return server(code, isSafe: isSafe)
        }
        if status == 404, errors.isEmpty {
            return ConnectorFault(
                .transient, code: code, message: "QuickBooks Online does not answer at this address",
                fix: "check the connection's base URL; nothing was changed")
        }
        return refused(code, errors, type: type)
    }

    /// An answer that cannot be read.
    static func unreadable(isSafe: Bool) -> ConnectorFault {
        ConnectorFault(
            isSafe ? .undecodable : .unknownOutcome, code: "not_json",
            message: "QuickBooks Online's answer cannot be understood",
            fix: "check that the connection's base URL is QuickBooks Online's API and not a proxy's page")
    }

    private static func code(_ error: JSONValue) -> String? {
        guard let text = error["code"].string ?? error["code"].int.map(String.init), !text.isEmpty else { return nil }
        // Some faults write their code with leading zeros.
        let plain = text.drop { $0 == "0" }
        return plain.isEmpty ? text : String(plain)
    }

    private static var stale: ConnectorFault {
        ConnectorFault(
            .stale, code: "5010", message: "somebody has changed the object in QuickBooks Online since it was read",
            fix: "nothing to do: it is read again, and what is still missing is sent")
    }

    private static func duplicate(_ code: String, _ errors: [JSONValue]) -> ConnectorFault {
        guard code == "6140" else {
            return ConnectorFault(
                .duplicate, code: code,
                message: "a customer, vendor or employee has the name already, inactive ones included",
                fix: "change one of the two names; if both are the same customer, link them", fields: ["name"])
        }
        let detail = errors.compactMap { $0["Detail"].string ?? $0["detail"].string }.first ?? ""
        var existing: NativeReference?
        if let type = word(after: "TxnType=", in: detail).flatMap({ QuickBooksOnlineType(named: $0) }),
            let id = word(after: "TxnId=", in: detail)
        {
            existing = NativeReference(type: type.rawValue, id: id)
        }
        return ConnectorFault(
            .duplicate, code: code, message: "a document has the number already",
            fix: "give one of the two documents another number", fields: ["number"], existing: existing)
    }

    private static func missing(_ code: String) -> ConnectorFault {
        ConnectorFault(
            .notFound, code: code,
            message: "QuickBooks Online does not know the object, or something that it refers to was made inactive",
            fix: "make the customer or item active again, or decide in the review queue what becomes of the record")
    }

    private static func closedBooks(_ code: String) -> ConnectorFault {
        ConnectorFault(
            .validation, code: code, message: "the books are closed for the date of the document",
            fix: "reopen the period in QuickBooks Online and replay, or post the document there by hand")
    }

    private static func limited(_ code: String, _ retryAfter: Duration?) -> ConnectorFault {
        ConnectorFault(
            .rateLimited, code: code, message: "QuickBooks Online's limit of requests is reached",
            fix: "nothing to do: calls go on when the minute is over", retryAfter: retryAfter ?? .seconds(60))
    }

    private static func unauthenticated(_ code: String) -> ConnectorFault {
        ConnectorFault(
            .authentication, code: code, message: "QuickBooks Online does not accept the access token",
            fix: "connect the company again; a connection ends after 100 days without use")
    }

    private static func revoked(_ code: String) -> ConnectorFault {
        ConnectorFault(
            .authentication, code: code, message: "the app has no access to this company",
            fix:
                "check that vendor_account is the company's realm id, then connect the company again as its administrator"
        )
    }

    private static func server(_ code: String, isSafe: Bool) -> ConnectorFault {
        ConnectorFault(
            isSafe ? .transient : .unknownOutcome, code: code,
            message: "QuickBooks Online has a fault of its own (\(code))", fix: "nothing to do: it is tried again")
    }

    private static func refused(_ code: String, _ errors: [JSONValue], type: String) -> ConnectorFault {
        let elements = Set(errors.compactMap(element)).sorted()
        let named = elements.isEmpty ? "" : " (\(elements.joined(separator: ", ")))"
        return ConnectorFault(
            .validation, code: code, message: "QuickBooks Online refuses the values\(named), code \(code)",
            fix: "correct the value in the system that owns it, or what it refers to in QuickBooks Online",
            fields: Set(elements.flatMap(fields)).sorted())
    }

    /// The element at fault: by itself, or as the detail's first words name it.
    private static func element(_ error: JSONValue) -> String? {
        let detail = error["Detail"].string ?? ""
        let named =
            error["element"].string ?? word(after: "Property Name:", in: detail)
            ?? word(after: "Required parameter ", in: detail)
        return named.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func word(after mark: String, in text: String) -> String? {
        guard let start = text.firstRange(of: mark)?.upperBound else { return nil }
        let word = text[start...].prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
        return word.isEmpty ? nil : String(word)
    }

    /// The canonical fields that an element stands for.
    private static func fields(of element: String) -> [FieldName] {
        switch element.prefix(while: { $0.isLetter }) {
        case "DisplayName": ["name"]
        case "CompanyName": ["legal_name"]
        case "PrimaryPhone": ["phone"]
        case "PrimaryEmailAddr": ["email"]
        case "BillAddr": ["billing_address"]
        case "ShipAddr": ["address"]
        case "CustomerRef", "ParentRef": ["customer"]
        case "TxnDate": ["issued_on"]
        case "DueDate": ["due_on"]
        case "Line", "ItemRef", "TaxCodeRef", "Qty", "UnitPrice", "Amount", "SalesItemLineDetail", "DetailType":
            ["lines"]
        case "BillEmail": ["billing_email"]
        case "CustomerMemo": ["memo"]
        case "CustomField": ["job_reference"]
        default: []
        }
    }
}
