import Foundation
import SandboxKit

/// What every system has to show in the end.
extension Dossier {
    /// A place where a value is shown.
    private struct Shown {
        let record: NativeRecord?
        /// The canonical field, by which proposals and letters name it.
        let field: String
        let property: String
        let value: String?
    }

    func values() -> [Finding] {
        var findings: [Finding] = []
        let client = liveClients.first
        let debtor = liveDebtors.first
        if let intent = last(.enterLead, .renameCustomer) {
            findings += check(
                intent,
                [
                    Shown(record: company, field: "name", property: "name", value: company?.text("name")),
                    Shown(
                        record: client, field: "name", property: "companyName", value: client?.text("companyName")),
                    Shown(
                        record: debtor, field: "name", property: "DisplayName",
                        value: debtor?.text("DisplayName").map(Self.withoutDigits)),
                ], intent.value)
        }
        if let intent = last(.enterLead, .renameContact) {
            let name = "Ann \(intent.mark)"
            findings += check(
                intent,
                [
                    Shown(
                        record: contact, field: "first_name", property: "firstname", value: contact?.text("firstname")),
                    Shown(record: client, field: "first_name", property: "firstName", value: client?.text("firstName")),
                ], name)
        }
        if let intent = last(.enterLead, .changeEmail) {
            let address = client?.fields["emails"]?.arrayValue?.first?["address"]?.stringValue
            findings += check(
                intent,
                [
                    Shown(record: contact, field: "email", property: "email", value: contact?.text("email")),
                    Shown(record: client, field: "email", property: "emails", value: address),
                ], "\(intent.mark)@\(key.text).example")
        }
        if let intent = last(.noteInField) {
            let notes = states.customField("Delivery notes", on: "ALL_CLIENTS")
            findings += check(
                intent,
                [
                    Shown(
                        record: client, field: "delivery_notes", property: "customFields",
                        value: client?.customField(notes)),
                    Shown(
                        record: contact, field: "delivery_notes", property: "plumbline_delivery_notes",
                        value: contact?.text("plumbline_delivery_notes")),
                ], intent.value)
        }
        return findings + execution()
    }

    /// What the office sees of the work.
    private func execution() -> [Finding] {
        guard let deal else { return [] }
        var findings: [Finding] = []
        func shows(_ intent: Intent, _ field: String, _ property: String, _ value: String, _ shown: String?) {
            findings += check(intent, [Shown(record: deal, field: field, property: property, value: shown)], value)
        }
        if let intent = last(.planVisit, .moveVisit) {
            // To the minute: systems write seconds in different ways.
            let shown = deal.text("plumbline_scheduled_start").map { String($0.prefix(16)) }
            shows(intent, "scheduled_window", "plumbline_scheduled_start", String(intent.value.prefix(16)), shown)
        }
        let logged = done(.logTime)
        if let intent = logged.last, !intents.contains(where: { $0.step.kind == .logTime && $0.outcome == .unknown }) {
            let minutes = logged.reduce(0) { $0 + $1.step.minutes }
            let shown = deal.text("plumbline_labor_hours").flatMap { Decimal(string: $0) }.map { "\($0 * 60)" }
            shows(intent, "labor_hours", "plumbline_labor_hours", "\(minutes)", shown)
        }
        if let intent = last(.closeJob) {
            shows(intent, "status", "plumbline_job_status", "completed", deal.text("plumbline_job_status"))
            shows(intent, "stage", "dealstage", "closedwon", deal.text("dealstage"))
        }
        return findings
    }

    /// The digits that are put behind a name that is taken.
    private static func withoutDigits(_ name: String) -> String {
        name.replacing(#/ \[[0-9a-f]{8}\]$/#, with: "")
    }

    private func check(_ intent: Intent, _ places: [Shown], _ expected: String) -> [Finding] {
        places.compactMap { place in
            guard let record = place.record, place.value != expected else { return nil }
            let text =
                "\(record.system.vendor) \(record.type) \(record.id) shows \(place.property) "
                + "'\(place.value ?? "")', not '\(expected)' of \(intent)\(history(record.id, place.property))"
            if let why = explanation(place.field) { return Finding(.explained, "I6", "\(text): \(why)") }
            return Finding(.lost, "I1", text)
        }
    }
}
