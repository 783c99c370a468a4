import CanonicalModel
import ConnectorKit
import SyncCore
import Synchronization

/// The ids of the account's custom fields, which a write must name; read once and kept.
final class JobberFieldBook: Sendable {
    private let known = Mutex<[String: String]>([:])

    /// The id of a custom field; read anew where it is not known.
    func id(
        of label: String, on target: String, api: JobberAPI, session: any VendorSession
    ) async throws(ConnectorFault) -> String {
        let key = "\(target)/\(label)"
        if let id = known.withLock({ $0[key] }) { return id }
        let all = try await load(api, session: session)
        guard let id = all[key] else {
            throw ConnectorFault(
                .validation, code: "no_custom_field",
                message: "Jobber has no text field '\(label)' (\(target))",
                fix: "prepare the account again (plumbline connections prepare), or create the field in Jobber")
        }
        return id
    }

    /// All custom fields of the account by target and label, archived ones left out.
    @discardableResult
    func load(_ api: JobberAPI, session: any VendorSession) async throws(ConnectorFault) -> [String: String] {
        let nodes = try await api.all(JobberDocuments.configurations, [:], session: session) { $0["page"] }
        var all: [String: String] = [:]
        for node in nodes where node["archived"].bool != true {
            guard let id = node["id"].string, let name = node["name"].string, let target = node["appliesTo"].string
            else { continue }
            all["\(target)/\(name)"] = id
        }
        let found = all
        known.withLock { $0 = found }
        return all
    }
}
