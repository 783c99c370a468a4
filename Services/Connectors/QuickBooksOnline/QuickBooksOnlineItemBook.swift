import CanonicalModel
import ConnectorKit
import SyncCore
import Synchronization

/// The ids of items that lines name; looked up once and kept.
final class QuickBooksOnlineItemBook: Sendable {
    private let known = Mutex<[String: String]>([:])

    /// Forgets all ids, for one of them has been refused.
    func forget() { known.withLock { $0 = [:] } }

    /// Puts the ids of items into lines that name them.
    func resolve(
        _ lines: [JSONValue], api: QuickBooksOnlineAPI, session: any VendorSession
    ) async throws(ConnectorFault) -> [JSONValue] {
        let names = Set(lines.compactMap(Self.wanted))
        let missing = known.withLock { known in names.filter { known[$0.lowercased()] == nil } }.sorted()
        if !missing.isEmpty { try await load(missing, api: api, session: session) }
        let ids = known.withLock { $0 }
        var resolved: [JSONValue] = []
        for var line in lines {
            if let name = Self.wanted(line) {
                guard let id = ids[name.lowercased()] else { throw Self.unknown(name) }
                line["SalesItemLineDetail"]["ItemRef"] = ["value": .string(id)]
            }
            resolved.append(line)
        }
        return resolved
    }

    private func load(
        _ names: [String], api: QuickBooksOnlineAPI, session: any VendorSession
    ) async throws(ConnectorFault) {
        let list = names.map(QuickBooksOnlineAPI.quoted).joined(separator: ", ")
        let answer = try await api.query("select * from Item where Name in (\(list)) maxresults 1000", session: session)
        let found = (answer["QueryResponse"]["Item"].array ?? []).compactMap { item -> (String, String)? in
            guard let name = item["Name"].string, let id = item["Id"].string, item["Type"].string != "Category"
            else { return nil }
            return (name.lowercased(), id)
        }
        known.withLock { known in known.merge(found) { _, new in new } }
    }

    private static func wanted(_ line: JSONValue) -> String? {
        let reference = line["SalesItemLineDetail"]["ItemRef"]
        return reference["value"].isNull ? reference["name"].string : nil
    }

    private static func unknown(_ name: String) -> ConnectorFault {
        ConnectorFault(
            .validation, code: "no_item", message: "QuickBooks Online has no active item '\(name)' to sell lines as",
            fix:
                "create the item there, or name another one in overlay.items or overlay.default_item of the connection",
            fields: ["lines"])
    }
}
