import CanonicalModel
import ConnectorKit
import SyncCore

/// Canonical values as HubSpot's properties; an empty string clears one.
enum HubSpotFields {
    static func properties(
        for field: FieldName, _ value: PatchValue, of entity: EntityKind, overlay: HubSpotOverlay
    ) throws(ConnectorFault) -> [(name: String, value: String)] {
        switch (entity, field) {
        case (.opportunity, "stage"):
            guard value == .set(.choice("won")) else { throw unwritable(field, entity) }
            return [("dealstage", overlay.wonStage)]
        case (.job, "scheduled_window"):
            guard case .set(.appointment(let window)) = value else {
                return [(HubSpotProperties.windowStart, ""), (HubSpotProperties.windowEnd, "")]
            }
            return [
                (HubSpotProperties.windowStart, window.start.description),
                (HubSpotProperties.windowEnd, window.end.description), (HubSpotProperties.windowZone, window.zone),
            ]
        case (.site, "access_notes"):
            return [(HubSpotProperties.siteAccessNotes, text(value))]
        default:
            guard let mapped = mapped(field, of: entity) else { throw unwritable(field, entity) }
            return [(mapped.property, text(value))]
        }
    }

    private static func mapped(_ field: FieldName, of entity: EntityKind) -> HubSpotProperties.Mapped? {
        switch entity {
        case .customer: HubSpotProperties.company.first { $0.field == field }
        case .contact: HubSpotProperties.contact.first { $0.field == field }
        case .job: HubSpotProperties.job.first { $0.field == field }
        default: nil
        }
    }

    private static func text(_ value: PatchValue) -> String {
        guard case .set(let value) = value else { return "" }
        return switch value {
        case .text(let text): text
        case .choice(let word): word
        case .integer(let number): String(number)
        case .quantity(let quantity): quantity.description
        case .money(let money): money.decimal
        case .flag(let flag): flag ? "true" : "false"
        case .instant(let moment): moment.description
        case .date(let date): date.description
        case .texts(let texts): texts.joined(separator: ";")
        case .lines(let lines):
            lines.map { "\($0.quantity) × \($0.description), \($0.amount)" }.joined(separator: "\n")
        case .appointment, .address, .reference, .references, .history: ""
        }
    }

    private static func unwritable(_ field: FieldName, _ entity: EntityKind) -> ConnectorFault {
        ConnectorFault(
            .validation, code: "unwritable", message: "\(entity.rawValue).\(field) cannot be written to HubSpot",
            fix: "take the field out of the policy's flows to the CRM", fields: [field])
    }
}
