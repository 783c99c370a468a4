public import CanonicalModel
public import ConnectorKit
import SyncCore

extension JobberConnector {
    /// Reads objects by id, several in one document.
    ///
    /// A visit and a time sheet entry are followed by their job, whose schedule, hours and status they change.
    public func read(
        _ references: [NativeReference], session: any VendorSession
    ) async throws(ConnectorFault) -> [ReadResult] {
        var results: [ReadResult] = []
        var jobs = Set(references.filter { $0.type == JobberType.job.rawValue }.map(\.id))
        for type in JobberType.allCases where type != .job {
            let ids = Set(references.filter { $0.type == type.rawValue }.map(\.id)).sorted()
            guard !ids.isEmpty else { continue }
            let objects = try await api.read(type, ids: ids, session: session)
            results += ids.map { Self.result($0, type, objects[$0]) }
            guard type == .visit || type == .timeEntry else { continue }
            jobs.formUnion(objects.values.compactMap { $0["job"]["id"].string })
        }
        guard !jobs.isEmpty else { return results }
        let objects = try await api.read(.job, ids: jobs.sorted(), session: session)
        return results + jobs.sorted().map { Self.result($0, .job, objects[$0]) }
    }

    /// One page of a type's objects.
    public func page(
        of nativeType: String, after cursor: String?, session: any VendorSession
    ) async throws(ConnectorFault) -> ObjectPage {
        guard let type = JobberType(rawValue: nativeType) else { return ObjectPage(objects: [], next: nil) }
        let page = try await api.call(
            JobberDocuments.page(of: type),
            ["first": .int(type.perDocument), "after": cursor.map(JSONValue.string) ?? .null], isSafe: true,
            session: session)["page"]
        var objects: [NativeObject] = []
        for node in page["nodes"].array ?? [] {
            guard let id = node["id"].string else { continue }
            objects.append(
                NativeObject(
                    reference: NativeReference(type: nativeType, id: id),
                    body: try await api.whole(node, type, session: session)))
        }
        let hasNext = page["pageInfo"]["hasNextPage"].bool == true
        return ObjectPage(objects: objects, next: hasNext ? page["pageInfo"]["endCursor"].string : nil)
    }

    private static func result(_ id: String, _ type: JobberType, _ body: JSONValue?) -> ReadResult {
        let reference = NativeReference(type: type.rawValue, id: id)
        return body.map { .found(NativeObject(reference: reference, body: $0)) } ?? .gone(reference)
    }
}
