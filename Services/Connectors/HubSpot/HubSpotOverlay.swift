import CanonicalModel
import ConnectorKit

/// What a company's HubSpot has other than a new one: its deal stages and how it marks an approved quote.
struct HubSpotOverlay: Sendable {
    /// Deal stage ids to canonical stages.
    ///
    /// It is total: a stage without an entry is refused, not guessed (R5.7).
    var stages: [String: String] = [
        "appointmentscheduled": "lead", "qualifiedtobuy": "qualified", "presentationscheduled": "qualified",
        "decisionmakerboughtin": "qualified", "contractsent": "proposed", "closedwon": "won", "closedlost": "lost",
    ]
    /// Quote statuses to canonical statuses.
    var quoteStatuses: [String: String] = [
        "DRAFT": "draft", "PENDING_APPROVAL": "sent", "APPROVAL_NOT_NEEDED": "sent", "APPROVED": "approved",
        "REJECTED": "rejected",
    ]
    /// The stage that we set when a job is done and its sale is still open.
    var wonStage = "closedwon"
    /// What the company calls its association with the contact that is called about invoices.
    var billingLabel = "Billing contact"

    init(_ value: JSONValue, connection: ConnectionID) throws(DeclarationFaults) {
        var faults: [String] = []
        func map(_ key: String, into target: inout [String: String], allowed: [String]) {
            guard let object = value[key].object else { return }
            target = [:]
            for member in object.members {
                guard let word = member.value.string, allowed.contains(word) else {
                    faults.append(
                        "\(connection): overlay.\(key).\(member.key) must be one of \(allowed.joined(separator: ", "))")
                    continue
                }
                target[member.key] = word
            }
        }
        map("stages", into: &stages, allowed: ModelCatalog.field("stage", of: .opportunity)?.type.allowedValues ?? [])
        map(
            "quote_statuses", into: &quoteStatuses,
            allowed: ModelCatalog.field("status", of: .estimate)?.type.allowedValues ?? [])
        if let won = value["won_stage"].string { wonStage = won }
        if let label = value["billing_label"].string { billingLabel = label }
        if stages[wonStage] != "won" {
            faults.append("\(connection): overlay.won_stage '\(wonStage)' must be a stage that stands for won")
        }
        let known = ["stages", "quote_statuses", "won_stage", "billing_label"]
        for key in value.object?.keys ?? [] where !known.contains(key) {
            faults.append("\(connection): overlay.\(key) is not known; one of \(known.joined(separator: ", "))")
        }
        guard faults.isEmpty else { throw DeclarationFaults(faults) }
    }
}
