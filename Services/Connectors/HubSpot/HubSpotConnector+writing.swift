import CanonicalModel
public import ConnectorKit
import SyncCore
import VendorHTTP

extension HubSpotConnector {
    /// Every write is an update of one object's properties.
    public func prepare(_ write: OutboundWrite) throws(ConnectorFault) -> PreparedWrite {
        guard let native = write.native, let type = HubSpotType(rawValue: native.type) else {
            throw ConnectorFault(
                .validation, code: "not_created_here",
                message: "Plumbline creates no \(write.entity.rawValue) in HubSpot",
                fix: "create it in HubSpot; it is linked by its id")
        }
        var properties = JSONObject()
        for (field, value) in write.changes.sorted(by: { $0.key < $1.key }) {
            for (name, text) in try HubSpotFields.properties(for: field, value, of: write.entity, overlay: overlay) {
                properties[name] = .string(text)
            }
        }
        if write.needsExternalID { properties[Self.idProperty(of: write.entity)] = .string(write.record.description) }
        return PreparedWrite(
            write: write,
            request: VendorRequest(
                .patch, "/crm/v3/objects/\(type.plural)/\(native.id)", body: ["properties": .object(properties)],
                operation: "update"),
            covers: Set(write.changes.keys))
    }

    /// Sends each update by itself when there is one, as one batch when there are more; a batch that is refused is halved
    /// until the bad value stands alone, so that it does not hold the others.
    public func send(_ writes: [PreparedWrite], session: any VendorSession) async -> [WriteOutcome] {
        guard writes.count > 1 else {
            var outcomes: [WriteOutcome] = []
            for write in writes { outcomes.append(await send(write, session: session)) }
            return outcomes
        }
        var outcomes = [WriteOutcome?](repeating: nil, count: writes.count)
        let groups = Dictionary(grouping: writes.indices) { writes[$0].write.native?.type ?? "" }
        for (name, positions) in groups.sorted(by: { $0.key < $1.key }) {
            guard let type = HubSpotType(rawValue: name) else { continue }
            var rest = positions[...]
            while !rest.isEmpty {
                let chunk = Array(rest.prefix(HubSpotAPI.batchLimit))
                rest = rest.dropFirst(HubSpotAPI.batchLimit)
                let batch = await sendBatch(type, chunk.map { writes[$0] }, session: session)
                for (position, outcome) in zip(chunk, batch) { outcomes[position] = outcome }
            }
        }
        return outcomes.map { $0 ?? .failed(Self.noType) }
    }

    /// Nothing is created in HubSpot, so there is nothing to look for.
    public func lookUp(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> LookUpResult {
        .absent
    }

    private func send(_ write: PreparedWrite, session: any VendorSession) async -> WriteOutcome {
        do {
            let answer = try await api.call(write.request, isSafe: false, session: session)
            guard answer["id"].string != nil else { return .unknown(HubSpotErrors.unexpected(isSafe: false)) }
            return .done(Self.receipt(for: write, answer))
        } catch {
            return error.failureClass == .unknownOutcome ? .unknown(error) : .failed(error)
        }
    }

    private func sendBatch(
        _ type: HubSpotType, _ writes: [PreparedWrite], session: any VendorSession
    ) async -> [WriteOutcome] {
        guard writes.count > 1 else { return await send(writes, session: session) }
        let inputs = writes.map { write -> JSONValue in
            let body = (try? JSONValue(parsing: write.request.body ?? [])) ?? .null
            return ["id": .string(write.write.native?.id ?? ""), "properties": body["properties"]]
        }
        let answer: JSONValue
        do {
            answer = try await api.call(
                VendorRequest(
                    .post, "/crm/v3/objects/\(type.plural)/batch/update", body: ["inputs": .array(inputs)],
                    operation: "batch update"),
                isSafe: false, session: session)
        } catch {
            switch error.failureClass {
            case .validation, .duplicate, .notFound:
                // One bad value refuses all: each half by itself, so that it costs some ten calls and not a hundred.
                let middle = writes.count / 2
                let first = await sendBatch(type, Array(writes[..<middle]), session: session)
                return first + (await sendBatch(type, Array(writes[middle...]), session: session))
            case .unknownOutcome: return writes.map { _ in .unknown(error) }
            default: return writes.map { _ in .failed(error) }
            }
        }
        guard let updated = answer["results"].array else {
            return writes.map { _ in .unknown(HubSpotErrors.unexpected(isSafe: false)) }
        }
        let results = Dictionary(updated.map { ($0["id"].string ?? "", $0) }) { first, _ in first }
        var outcomes: [WriteOutcome] = []
        for write in writes {
            if let result = results[write.write.native?.id ?? ""] {
                outcomes.append(.done(Self.receipt(for: write, result)))
            } else {
                // Left out of a partial success: its own call tells why.
                outcomes.append(await send(write, session: session))
            }
        }
        return outcomes
    }

    private static func receipt(for write: PreparedWrite, _ answer: JSONValue) -> WriteReceipt {
        let native = write.write.native ?? NativeReference(type: "", id: "")
        return WriteReceipt(
            native: NativeReference(type: native.type, id: answer["id"].string ?? native.id),
            modifiedAt: answer["updatedAt"].string.flatMap { Instant($0) })
    }

    static func idProperty(of entity: EntityKind) -> String {
        switch entity {
        case .site: HubSpotProperties.siteID
        case .job: HubSpotProperties.jobID
        default: HubSpotProperties.externalID
        }
    }

    private static var noType: ConnectorFault {
        ConnectorFault(
            .validation, code: "no_type", message: "the object's type is none of HubSpot's", fix: "check the link")
    }
}
