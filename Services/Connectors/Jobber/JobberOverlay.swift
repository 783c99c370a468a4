import CanonicalModel
import ConnectorKit

/// What a company's Jobber has other than a new one: its own custom fields in place of ours.
enum JobberOverlay {
    /// Reads `{"custom_fields": {"contact.access_notes": "Gate code"}}`.
    static func fields(
        _ value: JSONValue, connection: ConnectionID
    ) throws(DeclarationFaults) -> JobberFields {
        var fields = JobberFields()
        var faults: [String] = []
        let known = ["custom_fields"]
        for key in value.object?.keys ?? [] where !known.contains(key) {
            faults.append("\(connection): overlay.\(key) is not known; one of \(known.joined(separator: ", "))")
        }
        for member in value["custom_fields"].object?.members ?? [] {
            let place = "\(connection): overlay.custom_fields.\(member.key)"
            guard let label = member.value.string, !label.isEmpty else {
                faults.append("\(place) must be the label of a text field in Jobber")
                continue
            }
            if !fields.rename(member.key, to: label) {
                faults.append("\(place) is not known; one of \(fields.keys.joined(separator: ", "))")
            }
        }
        for label in fields.repeatedLabels {
            faults.append("\(connection): overlay.custom_fields: '\(label)' is the label of two fields of one object")
        }
        guard faults.isEmpty else { throw DeclarationFaults(faults) }
        return fields
    }
}
