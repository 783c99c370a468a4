internal import CanonicalModel
internal import SyncStore
internal import VendorHTTP

/// The written form of a request that is about to be sent: enough to send it again byte for byte, and to know what the
/// object shows once it was carried out.
enum IntentCoding {
    static func encode(_ prepared: PreparedWrite) throws(CodingFault) -> [UInt8] {
        let request = prepared.request
        let changes = try PatchCoding.encode(prepared.write.changes, of: prepared.write.entity)
        var headers = JSONObject()
        for header in request.headers.fields { headers[header.name] = .string(header.value) }
        var object: JSONValue = [
            "method": .string(request.method.rawValue),
            "path": .string(request.path),
            "headers": .object(headers),
            "cost": .int(request.cost),
            "covers": .array(prepared.covers.sorted().map { .string($0.name) }),
            "changes": .string(String(decoding: changes, as: UTF8.self)),
            "external_id": .bool(prepared.write.needsExternalID),
        ]
        if let moment = prepared.write.wantedAt { object["wanted_at"] = .int(moment.microseconds) }
        if let body = request.body { object["body"] = .string(String(decoding: body, as: UTF8.self)) }
        return object.serialised()
    }

    /// Reads a request back for the work that it belongs to.
    static func decode(_ intent: Intent) throws -> PreparedWrite {
        let object = try JSONValue(parsing: intent.request)
        var headers = HTTPHeaders()
        for member in object["headers"].object?.members ?? [] { headers.add(member.key, member.value.string ?? "") }
        let changes = try PatchCoding.decode(Array((object["changes"].string ?? "{}").utf8), of: intent.place.entity)
        let write = OutboundWrite(
            record: intent.place.record, entity: intent.place.entity, native: intent.native, changes: changes,
            desired: changes,
            shadow: [:], needsExternalID: object["external_id"].bool == true, versionToken: nil,
            creationKey: intent.key, wantedAt: object["wanted_at"].int.map { Instant(microseconds: $0) })
        return PreparedWrite(
            write: write,
            request: VendorRequest(
                HTTPMethod(rawValue: object["method"].string ?? "") ?? .post, object["path"].string ?? "/",
                headers: headers, body: object["body"].string.map { Array($0.utf8) },
                cost: Int(object["cost"].int ?? 1)),
            covers: Set((object["covers"].array ?? []).compactMap { $0.string.map { FieldName($0) } }))
    }
}
