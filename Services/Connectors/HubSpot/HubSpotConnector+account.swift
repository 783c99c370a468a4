import CanonicalModel
public import ConnectorKit
import SyncCore
import VendorHTTP

extension HubSpotConnector {
    /// Creates the property group and the properties that are missing.
    ///
    /// Webhooks of a private app are set up by hand; for a public app they are the app's, not the account's.
    public func prepareAccount(
        webhookURL: String?, session: any VendorSession
    ) async throws(ConnectorFault) {
        for type in HubSpotType.allCases {
            let path = "/crm/v3/properties/\(type.plural)"
            let list = try await api.call(VendorRequest(.get, path), isSafe: true, session: session)
            let present = Set((list["results"].array ?? []).compactMap { $0["name"].string })
            let missing = HubSpotProperties.all(for: type).filter { !present.contains($0.name) }
            guard !missing.isEmpty else { continue }
            try await makeGroup(path, session: session)
            _ = try await api.call(
                VendorRequest(
                    .post, path + "/batch/create", body: ["inputs": .array(missing.map(Self.declaration))],
                    operation: "make properties"),
                isSafe: false, session: session)
        }
    }

    /// The number of the portal.
    public func account(
        consentedIn callback: [String: String], session: any VendorSession
    ) async throws(ConnectorFault) -> String? {
        let details = try await api.call(
            VendorRequest(.get, "/account-info/v3/details"), isSafe: true, session: session)
        guard let portal = details["portalId"].int else { throw HubSpotErrors.unexpected(isSafe: true) }
        return String(portal)
    }

    private func makeGroup(_ path: String, session: any VendorSession) async throws(ConnectorFault) {
        do {
            _ = try await api.call(
                VendorRequest(
                    .post, path + "/groups",
                    body: ["name": .string(HubSpotProperties.group), "label": "Plumbline", "displayOrder": -1],
                    operation: "make group"),
                isSafe: false, session: session)
        } catch  where error.failureClass == .duplicate {
            // Somebody made it at the same time; that is all we want.
        }
    }

    private static func declaration(_ property: HubSpotProperties.Declared) -> JSONValue {
        [
            "name": .string(property.name), "label": .string(property.label), "type": .string(property.type),
            "fieldType": .string(property.fieldType), "groupName": .string(HubSpotProperties.group),
            "hasUniqueValue": .bool(property.isUnique),
        ]
    }
}
