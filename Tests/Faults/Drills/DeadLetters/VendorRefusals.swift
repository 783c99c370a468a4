import CanonicalModel
import SandboxKit
import SandboxSupport
import SystemSupport

/// Why the imitated vendors refuse what the drill wants of them, and how somebody sets it right there.
struct VendorRefusals: Sendable {
    let system: RunningSystem

    /// A day for which the books are closed, and one for which they are open.
    static let closedDay = BusinessDate(year: 2026, month: 1, day: 15) ?? BusinessDate(daysSince1970: 0)
    static let openDay = BusinessDate(year: 2026, month: 3, day: 2) ?? BusinessDate(daysSince1970: 0)
    /// In the declaration of the ledger's connection: parts are sold as an item that is not there.
    static let ledgerOverlay = "overlay:\n  items: { part: Parts }"

    private static let properties = "/crm/v3/properties/companies"

    /// From now on the vendors refuse.
    func begin() async throws {
        try await hubspot(
            "PATCH", "\(Self.properties)/plumbline_last_service_at", ["type": "date", "fieldType": "date"])
        try await hubspot("DELETE", "\(Self.properties)/plumbline_balance", nil)
        for status in LetterPlan.salesStatuses {
            try await refuse(system.hubspot, path: "/crm/v3/objects/**", status)
        }
        for status in LetterPlan.serviceStatuses { try await refuse(system.jobber, path: "/api/graphql", status) }
        try await system.quickbooks.control("PATCH", "settings", ["closedThrough": "2026-01-31"])
    }

    /// Somebody has mended all of it.
    func end() async throws {
        try await hubspot(
            "PATCH", "\(Self.properties)/plumbline_last_service_at", ["type": "datetime", "fieldType": "date"])
        try await hubspot(
            "POST", Self.properties,
            [
                "name": "plumbline_balance", "label": "Balance", "type": "number", "fieldType": "number",
                "groupName": "plumbline",
            ])
        for vendor in [system.hubspot, system.jobber] { try await vendor.control("DELETE", "faults") }
        try await system.quickbooks.control("PATCH", "settings", ["closedThrough": .null])
        try await system.quickbooks.control(
            "POST", "act",
            [
                "actions": [
                    [
                        "action": "create", "type": "Item",
                        "fields": ["Name": "Parts", "Type": "Service", "IncomeAccountRef": ["value": "1"]],
                    ]
                ]
            ])
    }

    private func refuse(_ vendor: SandboxClient, path: String, _ status: Int) async throws {
        try await vendor.control(
            "POST", "faults",
            [
                "path": .string(path), "contains": .string("refused-\(status)"), "count": -1,
                "effect": ["kind": "server-error", "status": .int(status)],
            ])
    }

    private func hubspot(_ method: String, _ path: String, _ body: JSON?) async throws {
        let answer = try await system.hubspot.send(method, path, body)
        guard (200..<300).contains(answer.status) else {
            throw DrillFailure("\(method) \(path): \(answer.status) \(answer.json)")
        }
    }
}
