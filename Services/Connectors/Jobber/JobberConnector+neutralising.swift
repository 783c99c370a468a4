public import CanonicalModel
public import ConnectorKit
import SyncCore

extension JobberConnector {
    /// Archives a client; marks, empties and closes a job, so that nothing is left to do or to bill; marks a property.
    ///
    /// Jobber's interface has no way to remove a property.
    public func neutralise(
        _ native: NativeReference, madeFor record: CanonicalID, session: any VendorSession
    ) async throws(ConnectorFault) {
        guard let type = JobberType(rawValue: native.type),
            let object = try await api.read(type, ids: [native.id], session: session)[native.id]
        else { return }
        switch type {
        case .client:
            guard object["isArchived"].bool != true else { return }
            try await change(JobberDocuments.clientArchive, ["id": .string(native.id)], session)
        case .property:
            guard let name = Self.marked(object["name"].string) else { return }
            try await change(
                JobberDocuments.propertyEdit, ["id": .string(native.id), "input": ["name": .string(name)]], session)
        case .job:
            // A job that was completed is closed.
            guard object["completedAt"].isNull else { return }
            var steps: [(step: JobberDocuments.JobStep, input: JSONValue)] = []
            if let title = Self.marked(object["title"].string) { steps.append((.edit, ["title": .string(title)])) }
            let lines = (object["lineItems"]["nodes"].array ?? []).map { $0["id"] }
            if !lines.isEmpty { steps.append((.remove, ["lineItemIds": .array(lines)])) }
            steps.append((.close, ["modifyIncompleteVisitsBy": "DESTROY_ALL"]))
            var variables: JSONValue = ["id": .string(native.id)]
            for step in steps { variables[step.step.rawValue] = step.input }
            try await change(JobberDocuments.jobEdit(steps.map(\.step)), variables, session)
        case .visit, .timeEntry:
            // Plumbline creates none.
            return
        }
    }

    private func change(
        _ document: String, _ variables: JSONValue, _ session: any VendorSession
    ) async throws(ConnectorFault) {
        // What it does may be done twice.
        let data = try await api.call(document, variables, isSafe: true, session: session)
        for member in data.object?.members ?? [] {
            if let fault = JobberErrors.fault(userErrors: member.value["userErrors"], entity: nil) { throw fault }
        }
    }

    private static let mark = "Duplicate, do not use"

    /// The name with the mark in front; nil where it stands there already.
    private static func marked(_ name: String?) -> String? {
        guard let name, !name.isEmpty else { return mark }
        return name.hasPrefix(mark) ? nil : "\(mark): \(name)"
    }
}
