import CanonicalModel
import ConnectorKit
import SyncCore
import VendorHTTP

/// The calls of HubSpot's CRM API that we make.
struct HubSpotAPI: Sendable {
    static let batchLimit = 100

    /// Reads objects with their properties, histories and associations: one in one call, more in batches.
    func read(
        _ type: HubSpotType, ids: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [String: JSONValue] {
        if ids.count == 1 { return try await readOne(type, id: ids[0], session: session) }
        var objects: [String: JSONValue] = [:]
        var rest = ids[...]
        while !rest.isEmpty {
            let chunk = Array(rest.prefix(Self.batchLimit))
            rest = rest.dropFirst(Self.batchLimit)
            let found = try await results(
                of: VendorRequest(
                    .post, "/crm/v3/objects/\(type.plural)/batch/read",
                    body: [
                        "properties": .array(type.properties.map(JSONValue.string)),
                        "propertiesWithHistory": .array(type.histories.map(JSONValue.string)),
                        "inputs": .array(chunk.map { ["id": .string($0)] }),
                    ]), session: session)
            for object in found {
                guard let id = object["id"].string else { continue }
                objects[id] = ["object": object]
            }
            for associated in type.associations where !objects.isEmpty {
                let found = try await links(from: type, to: associated, ids: Array(objects.keys), session: session)
                for (id, links) in found { objects[id]?.add(links, to: associated, from: type) }
            }
        }
        return objects
    }

    /// Only a read of a single object brings its associations along.
    private func readOne(
        _ type: HubSpotType, id: String, session: any VendorSession
    ) async throws(ConnectorFault) -> [String: JSONValue] {
        var query = "properties=\(type.properties.joined(separator: ","))"
        if !type.histories.isEmpty { query += "&propertiesWithHistory=\(type.histories.joined(separator: ","))" }
        if !type.associations.isEmpty {
            query += "&associations=\(type.associations.map(\.plural).joined(separator: ","))"
        }
        let object: JSONValue
        do {
            object = try await call(
                VendorRequest(.get, "/crm/v3/objects/\(type.plural)/\(id)?\(query)"), isSafe: true, session: session)
        } catch {
            guard error.failureClass == .notFound else { throw error }
            return [:]
        }
        guard let found = object["id"].string else { throw HubSpotErrors.unexpected(isSafe: true) }
        var entry: JSONValue = ["object": object]
        for associated in type.associations {
            // The answer names the lists as people do: "line items".
            let list =
                object["associations"][associated.plural].object == nil
                ? object["associations"][associated.plural.replacing("_", with: " ")]
                : object["associations"][associated.plural]
            var others: [String] = []
            // An association with several labels stands there once for each.
            for other in (list["results"].array ?? []).compactMap({ $0["id"].string }) where !others.contains(other) {
                others.append(other)
            }
            if !others.isEmpty { entry[associated.rawValue] = .array(others.map(JSONValue.string)) }
            // Such a list does not say what people call the associations of their own.
            if type.hasLabels(to: associated), !others.isEmpty {
                let links = try await links(from: type, to: associated, ids: [found], session: session)
                entry.add(links[found] ?? [], to: associated, from: type)
            }
        }
        return [found: entry]
    }

    /// The ids of associated objects, by the id they belong to.
    func associations(
        from: HubSpotType, to: HubSpotType, ids: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [String: [String]] {
        try await links(from: from, to: to, ids: ids, session: session).mapValues { $0.map(\.id) }
    }

    /// The associations of objects, by the id they belong to.
    private func links(
        from: HubSpotType, to: HubSpotType, ids: [String], session: any VendorSession
    ) async throws(ConnectorFault) -> [String: [HubSpotLink]] {
        guard !ids.isEmpty else { return [:] }
        let results = try await results(
            of: VendorRequest(
                .post, "/crm/v4/associations/\(from.plural)/\(to.plural)/batch/read",
                body: ["inputs": .array(ids.map { ["id": .string($0)] })]), session: session)
        var found: [String: [HubSpotLink]] = [:]
        for result in results {
            guard let id = result["from"]["id"].string else { continue }
            found[id] = (result["to"].array ?? []).compactMap(HubSpotLink.init)
        }
        return found
    }

    /// One page of ids whose last change is not before a moment, oldest first.
    func search(
        _ type: HubSpotType, since milliseconds: Int64, after: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> JSONValue {
        var body: JSONValue = [
            "filterGroups": [
                [
                    "filters": [
                        [
                            "propertyName": .string(type.modifiedProperty), "operator": "GTE",
                            "value": .string(String(milliseconds)),
                        ]
                    ]
                ]
            ],
            "sorts": [["propertyName": .string(type.modifiedProperty), "direction": "ASCENDING"]],
            "properties": [.string(type.modifiedProperty)],
            "limit": 100,
        ]
        if let after { body["after"] = .string(after) }
        return try await call(
            VendorRequest(.post, "/crm/v3/objects/\(type.plural)/search", body: body), isSafe: true, session: session)
    }

    /// Reads a list; an answer without one says nothing of what is there.
    private func results(
        of request: VendorRequest, session: any VendorSession
    ) async throws(ConnectorFault) -> [JSONValue] {
        let answer = try await call(request, isSafe: true, session: session)
        guard let results = answer["results"].array else { throw HubSpotErrors.unexpected(isSafe: true) }
        return results
    }

    /// Makes a call and reads its answer; throws for anything but success and 207, an error in an answer of 200 included.
    func call(
        _ request: VendorRequest, isSafe: Bool, session: any VendorSession
    ) async throws(ConnectorFault) -> JSONValue {
        let response = try await session.send(request, isSafe: isSafe)
        let body = try? JSONValue(parsing: response.body)
        guard response.isSuccess else { throw HubSpotErrors.fault(status: response.status, body: body) }
        if response.body.isEmpty { return .null }
        guard let body else { throw HubSpotErrors.unreadable(isSafe: isSafe) }
        guard body["status"].string != "error" else { throw HubSpotErrors.fault(inSuccess: body, isSafe: isSafe) }
        return body
    }
}

extension JSONValue {
    /// Adds associations to an object as it is read: the ids, and what people call them where that matters.
    fileprivate mutating func add(_ links: [HubSpotLink], to other: HubSpotType, from type: HubSpotType) {
        self[other.rawValue] = .array(links.map { .string($0.id) })
        guard type.hasLabels(to: other) else { return }
        for link in links where !link.labels.isEmpty {
            self[HubSpotLink.labels][link.id] = .array(link.labels.map(JSONValue.string))
        }
    }
}

extension VendorRequest {
    init(_ method: HTTPMethod, _ path: String, body: JSONValue, operation: String = "") {
        self.init(
            method, path, headers: ["Content-Type": "application/json"], body: body.serialised(),
            operation: operation)
    }
}
