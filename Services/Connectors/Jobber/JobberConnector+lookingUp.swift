import CanonicalModel
public import ConnectorKit
import SyncCore

extension JobberConnector {
    /// How many clients are searched for by one document.
    private static let searchesPerDocument = 10

    /// Looks for our id in the custom field of what a create may have made: a client by search, a property or a job in the list
    /// of its client.
    public func lookUp(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> LookUpResult {
        guard let result = await lookUp([write], session: session).first else { return .absent }
        return try result.get()
    }

    /// Looks for several: clients by several searches in one document, and what has the same client in one list.
    public func lookUp(
        _ writes: [PreparedWrite], session: any VendorSession
    ) async -> [Result<LookUpResult, ConnectorFault>] {
        var results = [Result<LookUpResult, ConnectorFault>](repeating: .success(.absent), count: writes.count)
        var searched: [Int] = []
        var listed: [Owned: [Int]] = [:]
        for (place, write) in writes.enumerated() {
            do throws(ConnectorFault) {
                let draft = try JobberDraft(write.request)
                switch draft.operation {
                case .clientEdit, .propertyEdit, .jobEdit: break
                case .clientCreate: searched.append(place)
                case .propertyCreate: listed[Owned(type: .property, client: draft.client), default: []].append(place)
                case .jobCreate: listed[Owned(type: .job, client: draft.client), default: []].append(place)
                }
            } catch {
                results[place] = .failure(error)
            }
        }
        while !searched.isEmpty {
            let chunk = Array(searched.prefix(Self.searchesPerDocument))
            searched.removeFirst(chunk.count)
            let found = await clients(of: chunk.map { writes[$0].write.record }, session: session)
            for (position, place) in chunk.enumerated() {
                results[place] = found.map { result(writes[place], .client, in: $0[position]) }
            }
        }
        for (owned, places) in listed.sorted(by: { $0.key.order < $1.key.order }) {
            let nodes = await objects(owned, session: session)
            for place in places { results[place] = nodes.map { result(writes[place], owned.type, in: $0) } }
        }
        return results
    }

    /// Objects of one type of one client.
    private struct Owned: Hashable {
        var type: JobberType
        var client: String
        var order: String { "\(type.rawValue) \(client)" }
    }

    private func result(_ write: PreparedWrite, _ type: JobberType, in nodes: [JSONValue]) -> LookUpResult {
        let label = fields.idLabel(of: write.write.entity) ?? ""
        let id = write.write.record.description
        guard let node = nodes.first(where: { JobberObject.custom(label, of: $0) == id }),
            let native = node["id"].string
        else { return .absent }
        return .found(NativeReference(type: type.rawValue, id: native))
    }

    /// The clients that a search for each id shows.
    private func clients(
        of records: [CanonicalID], session: any VendorSession
    ) async -> Result<[[JSONValue]], ConnectorFault> {
        var terms = JSONObject()
        for (position, record) in records.enumerated() { terms["t\(position)"] = .string(record.description) }
        do throws(ConnectorFault) {
            let data = try await api.call(
                JobberDocuments.clientsBySearch(count: records.count), .object(terms), isSafe: true, session: session)
            return .success(records.indices.map { data["p\($0)"]["nodes"].array ?? [] })
        } catch {
            return .failure(error)
        }
    }

    private func objects(_ owned: Owned, session: any VendorSession) async -> Result<[JSONValue], ConnectorFault> {
        let document = owned.type == .job ? JobberDocuments.jobsOfClient : JobberDocuments.propertiesOfClient
        do throws(ConnectorFault) {
            return .success(
                try await api.all(document, ["id": .string(owned.client)], session: session) { $0["client"]["page"] })
        } catch {
            return .failure(error)
        }
    }
}
