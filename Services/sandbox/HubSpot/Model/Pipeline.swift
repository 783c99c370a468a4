import SandboxKit

/// A pipeline of deals or tickets with its stages.
struct Pipeline: Sendable {
    /// One stage; its metadata says whether records in it are closed.
    struct Stage: Sendable {
        let id: String
        var label: String
        var displayOrder: Int
        var metadata: [String: String]
        var isArchived = false
        var createdAt: SandboxInstant
        var updatedAt: SandboxInstant

        var isClosed: Bool { metadata["isClosed"] == "true" || metadata["ticketState"] == "CLOSED" }
        var isWon: Bool { isClosed && metadata["probability"] == "1.0" }

        var json: JSON {
            [
                "label": .string(label), "displayOrder": .int(displayOrder),
                "metadata": .object(
                    JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
                "id": .string(id), "createdAt": .string(createdAt.iso8601), "updatedAt": .string(updatedAt.iso8601),
                "archived": .bool(isArchived), "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            ]
        }
    }

    let id: String
    var label: String
    var displayOrder: Int
    var stages: [Stage]
    var isArchived = false
    var createdAt: SandboxInstant
    var updatedAt: SandboxInstant

    var json: JSON {
        [
            "label": .string(label), "displayOrder": .int(displayOrder), "id": .string(id),
            "stages": .array(stages.filter { !$0.isArchived }.map(\.json)), "createdAt": .string(createdAt.iso8601),
            "updatedAt": .string(updatedAt.iso8601), "archived": .bool(isArchived),
        ]
    }

    /// The pipelines of a new portal.
    static func standard(at now: SandboxInstant) -> [String: [Pipeline]] {
        func stages(_ list: [(String, String, [String: String])]) -> [Stage] {
            list.enumerated().map { index, stage in
                Stage(
                    id: stage.0, label: stage.1, displayOrder: index, metadata: stage.2, createdAt: now, updatedAt: now)
            }
        }
        func deal(_ id: String, _ label: String, _ probability: String, isClosed: Bool = false) -> (
            String, String, [String: String]
        ) {
            (id, label, ["isClosed": isClosed ? "true" : "false", "probability": probability])
        }
        let deals = stages([
            deal("appointmentscheduled", "Appointment Scheduled", "0.2"),
            deal("qualifiedtobuy", "Qualified To Buy", "0.4"),
            deal("presentationscheduled", "Presentation Scheduled", "0.6"),
            deal("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
            deal("contractsent", "Contract Sent", "0.9"), deal("closedwon", "Closed Won", "1.0", isClosed: true),
            deal("closedlost", "Closed Lost", "0.0", isClosed: true),
        ])
        let tickets = stages([
            ("1", "New", ["ticketState": "OPEN"]), ("2", "Waiting on contact", ["ticketState": "OPEN"]),
            ("3", "Waiting on us", ["ticketState": "OPEN"]), ("4", "Closed", ["ticketState": "CLOSED"]),
        ])
        return [
            "deals": [
                Pipeline(
                    id: "default", label: "Sales Pipeline", displayOrder: 0, stages: deals, createdAt: now,
                    updatedAt: now)
            ],
            "tickets": [
                Pipeline(
                    id: "0", label: "Support Pipeline", displayOrder: 0, stages: tickets, createdAt: now, updatedAt: now
                )
            ],
        ]
    }
}
