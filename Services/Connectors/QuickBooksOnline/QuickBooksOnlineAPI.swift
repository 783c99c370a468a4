import CanonicalModel
import ConnectorKit
import Crypto
import SyncCore
import VendorHTTP

/// The calls of the accounting API that we make.
struct QuickBooksOnlineAPI: Sendable {
    /// The oldest version of the schema that is still answered.
    static let minorVersion = 75
    /// How many items a batch takes.
    static let batchLimit = 30
    /// What a batch counts for: 40 of them are allowed in the time of 500 other requests.
    static let batchCost = 12
    /// How many ids stand in one statement, so that it fits into a URL.
    private static let idsPerQuery = 100

    let realm: String

    /// The path of a call, with its parameters.
    func path(_ call: String, _ parameters: [(String, String)] = []) -> String {
        let all = parameters + [("minorversion", String(Self.minorVersion))]
        let query = all.map { "\($0.0)=\(PercentEncoding.component($0.1))" }.joined(separator: "&")
        return "/v3/company/\(realm)/\(call)?\(query)"
    }

    func get(
        _ call: String, _ parameters: [(String, String)] = [], session: any VendorSession
    ) async throws(ConnectorFault) -> JSONValue {
        try await self.call(
            VendorRequest(.get, path(call, parameters), headers: ["Accept": "application/json"]), isSafe: true,
            session: session)
    }

    /// Creates or updates an object, and gives it as it is then.
    ///
    /// - Parameter requestID: under which a repeat is answered with the first result.
    func write(
        _ type: QuickBooksOnlineType, _ body: JSONObject, requestID: String, session: any VendorSession
    ) async throws(ConnectorFault) -> JSONValue {
        let answer = try await call(
            post(type.path, .object(body), requestID: requestID), isSafe: false, session: session)
        guard answer[type.rawValue]["Id"].string != nil else { throw QuickBooksOnlineErrors.unreadable(isSafe: false) }
        return answer[type.rawValue]
    }

    /// Carries out several updates in one call; the answers by the items' places.
    func batch(
        _ items: [(type: QuickBooksOnlineType, body: JSONObject)], session: any VendorSession
    ) async throws(ConnectorFault) -> [Int: JSONValue] {
        let requests = items.enumerated().map { place, item -> JSONValue in
            ["bId": .string(String(place)), "operation": "update", item.type.rawValue: .object(item.body)]
        }
        let body: JSONValue = ["BatchItemRequest": .array(requests)]
        var request = post("batch", body, requestID: Self.requestID(of: body))
        request.cost = Self.batchCost
        let answer = try await call(request, isSafe: false, session: session)
        guard let responses = answer["BatchItemResponse"].array else {
            throw QuickBooksOnlineErrors.unreadable(isSafe: false)
        }
        return Dictionary(responses.compactMap { item in item["bId"].string.flatMap { Int($0) }.map { ($0, item) } }) {
            first, _ in first
        }
    }

    /// Runs a statement of the query language.
    func query(_ statement: String, session: any VendorSession) async throws(ConnectorFault) -> JSONValue {
        let answer = try await get("query", [("query", statement)], session: session)
        // Without it the answer says nothing of what is there.
        guard answer["QueryResponse"].object != nil else { throw QuickBooksOnlineErrors.unreadable(isSafe: true) }
        return answer
    }

    /// Reads objects by their ids; what is not there is absent from the result.
    func read(
        _ type: QuickBooksOnlineType, ids: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [String: JSONValue] {
        try await read(type.rawValue, activeToo: type.isNameList, ids: ids, session: session)
    }

    func read(
        _ entity: String, activeToo: Bool, ids: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [String: JSONValue] {
        var objects: [String: JSONValue] = [:]
        var rest = ids[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(Self.idsPerQuery)
            rest = rest.dropFirst(Self.idsPerQuery)
            let list = chunk.map(Self.quoted).joined(separator: ", ")
            let active = activeToo ? " and Active in (true, false)" : ""
            let answer = try await query(
                "select * from \(entity) where Id in (\(list))\(active) maxresults 1000", session: session)
            for object in answer["QueryResponse"][entity].array ?? [] {
                if let id = object["Id"].string { objects[id] = object }
            }
        }
        return objects
    }

    /// Makes a call and reads its answer; throws for anything but success, a fault in an answer of 200 included.
    func call(
        _ request: VendorRequest, isSafe: Bool, session: any VendorSession
    ) async throws(ConnectorFault) -> JSONValue {
        let response = try await session.send(request, isSafe: isSafe)
        let body = try? JSONValue(parsing: response.body)
        let fault = body?.object?["Fault"] ?? body?.object?["fault"]
        guard response.isSuccess, fault == nil else {
            throw QuickBooksOnlineErrors.fault(
                fault, status: response.status, isSafe: isSafe,
                retryAfter: response.retryAfter(now: session.now.microseconds / 1_000_000))
        }
        guard let body, body.object != nil else { throw QuickBooksOnlineErrors.unreadable(isSafe: isSafe) }
        return body
    }

    private func post(_ call: String, _ body: JSONValue, requestID: String) -> VendorRequest {
        VendorRequest(
            .post, path(call, [("requestid", requestID)]),
            headers: ["Accept": "application/json", "Content-Type": "application/json"], body: body.serialised(),
            operation: call == "batch" ? call : (body["Id"].string == nil ? "create " : "update ") + call)
    }

    /// A text in a statement.
    static func quoted(_ text: some StringProtocol) -> String {
        "'" + String(text).replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    /// The request id of a body: the same content is the same request, at most 50 characters long.
    static func requestID(of body: JSONValue, after key: String = "") -> String {
        let digest = SHA256.hash(data: Array(key.utf8) + body.serialised())
        let digits = Array("0123456789abcdef")
        return "h-" + digest.prefix(20).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] }
    }
}
