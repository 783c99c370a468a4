import CanonicalModel
import ConnectorKit
import SyncCore
import VendorHTTP

/// The calls of Jobber's GraphQL API.
struct JobberAPI: Sendable {
    /// The version of the API that our documents are written for.
    static let version = "2025-04-16"
    static let path = "/api/graphql"

    /// Sends a document and gives its `data`; throws for whatever is not a whole success.
    func call(
        _ document: String, _ variables: JSONValue, isSafe: Bool, session: any VendorSession
    ) async throws(ConnectorFault) -> JSONValue {
        let response = try await session.send(Self.request(document, variables), isSafe: isSafe)
        guard response.isSuccess else {
            throw JobberErrors.fault(
                status: response.status, isSafe: isSafe,
                retryAfter: response.retryAfter(now: session.now.microseconds / 1_000_000))
        }
        guard let body = try? JSONValue(parsing: response.body) else { throw JobberErrors.unreadable(isSafe: isSafe) }
        if let errors = body["errors"].array, !errors.isEmpty {
            throw JobberErrors.fault(errors: errors, body: body, isSafe: isSafe)
        }
        guard body["data"].object != nil else { throw JobberErrors.unreadable(isSafe: isSafe) }
        return body["data"]
    }

    /// Reads objects by their ids; an id without an object is absent from the result.
    func read(
        _ type: JobberType, ids: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [String: JSONValue] {
        var objects: [String: JSONValue] = [:]
        var rest = ids[...]
        while !rest.isEmpty {
            let chunk = Array(rest.prefix(type.perDocument))
            rest = rest.dropFirst(type.perDocument)
            var variables = JSONObject()
            for (position, id) in chunk.enumerated() { variables["i\(position)"] = .string(id) }
            let data = try await call(
                JobberDocuments.read(type, count: chunk.count), .object(variables), isSafe: true, session: session)
            for (position, id) in chunk.enumerated() where !data["o\(position)"].isNull {
                objects[id] = try await whole(data["o\(position)"], type, session: session)
            }
        }
        return objects
    }

    /// The object with all of its lists read to the end.
    func whole(
        _ object: JSONValue, _ type: JobberType, session: any VendorSession
    ) async throws(ConnectorFault) -> JSONValue {
        guard type == .job else { return object }
        var job = object
        for list in JobberDocuments.jobLists {
            var nodes = job[list.name]["nodes"].array ?? []
            var page = job[list.name]["pageInfo"]
            while page["hasNextPage"].bool == true, let cursor = page["endCursor"].string {
                let data = try await call(
                    JobberDocuments.rest(list), ["id": job["id"], "after": .string(cursor)], isSafe: true,
                    session: session)
                nodes += data["job"][list.name]["nodes"].array ?? []
                page = data["job"][list.name]["pageInfo"]
            }
            job[list.name] = ["nodes": .array(nodes)]
        }
        return job
    }

    /// Every node of a list below `data`, page by page.
    func all(
        _ document: String, _ variables: JSONValue, session: any VendorSession,
        at place: @Sendable (JSONValue) -> JSONValue
    ) async throws(ConnectorFault) -> [JSONValue] {
        var nodes: [JSONValue] = []
        var variables = variables
        while true {
            let page = place(try await call(document, variables, isSafe: true, session: session))
            nodes += page["nodes"].array ?? []
            guard page["pageInfo"]["hasNextPage"].bool == true, let cursor = page["pageInfo"]["endCursor"].string
            else { return nodes }
            variables["after"] = .string(cursor)
        }
    }

    static func request(_ document: String, _ variables: JSONValue) -> VendorRequest {
        VendorRequest(
            .post, path,
            headers: ["Content-Type": "application/json", "X-JOBBER-GRAPHQL-VERSION": version],
            body: (["query": .string(document), "variables": variables] as JSONValue).serialised(),
            operation: name(of: document))
    }

    /// The name that a document begins with, behind `query` or `mutation`.
    private static func name(of document: String) -> String {
        let words = document.split(maxSplits: 2) { !$0.isLetter && !$0.isNumber }
        return words.count > 1 ? String(words[1]) : ""
    }
}
