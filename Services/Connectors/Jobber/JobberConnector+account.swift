import CanonicalModel
public import ConnectorKit
import SyncCore

extension JobberConnector {
    /// Creates the custom fields that are missing, and a webhook endpoint for each topic.
    ///
    /// Jobber can neither list nor change endpoints; one that is there already is refused or given again, and both are
    /// taken as done.
    public func prepareAccount(
        webhookURL: String?, session: any VendorSession
    ) async throws(ConnectorFault) {
        let present = try await book.load(api, session: session)
        let missing = fields.all.filter { present["\($0.appliesTo)/\($0.label)"] == nil }
        try await make(
            missing.map { field in
                [
                    "appliesTo": .string(field.appliesTo), "name": .string(field.label), "transferable": false,
                    "readOnly": .bool(!field.isEditable),
                ]
            }, JobberDocuments.configurationsCreate, session: session)
        if !missing.isEmpty { try await book.load(api, session: session) }
        guard let webhookURL else { return }
        try await make(
            JobberType.topics.map { ["topic": .string($0), "url": .string(webhookURL)] },
            JobberDocuments.webhooksCreate, session: session)
    }

    /// The encoded id of the account, as webhooks name it.
    public func account(
        consentedIn callback: [String: String], session: any VendorSession
    ) async throws(ConnectorFault) -> String? {
        let data = try await api.call(JobberDocuments.account, .object(JSONObject()), isSafe: true, session: session)
        guard let id = data["account"]["id"].string else { throw JobberErrors.unreadable(isSafe: true) }
        return id
    }

    private func make(
        _ inputs: [JSONValue], _ document: (Int) -> String, session: any VendorSession
    ) async throws(ConnectorFault) {
        guard !inputs.isEmpty else { return }
        var variables = JSONObject()
        for (position, input) in inputs.enumerated() { variables["i\(position)"] = input }
        let data = try await api.call(document(inputs.count), .object(variables), isSafe: false, session: session)
        for position in inputs.indices {
            guard let fault = JobberErrors.fault(userErrors: data["m\(position)"]["userErrors"], entity: nil),
                fault.failureClass != .duplicate
            else { continue }
            throw fault
        }
    }
}
