import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore

/// The custom fields that carry what Jobber has no field for; all of them are texts.
struct JobberFields: Sendable {
    /// A custom field and the canonical field that it shows.
    struct Mapped: Sendable {
        let entity: EntityKind
        /// Nil for the field that bears our id.
        let field: FieldName?
        var label: String
        let form: Form
        /// Whether people in Jobber may change it.
        var isEditable = false

        var key: String { "\(entity.rawValue).\(field?.name ?? "id")" }

        /// What the custom field stands on; a contact's stands on its client.
        var appliesTo: String {
            switch entity {
            case .customer, .contact: "ALL_CLIENTS"
            case .site: "ALL_PROPERTIES"
            default: "ALL_JOBS"
            }
        }
    }

    /// How a value is written as a text.
    enum Form: Sendable {
        case text, choice, integer, money, date, texts, appointment
    }

    private(set) var all: [Mapped] = [
        Mapped(entity: .customer, field: nil, label: "Plumbline id", form: .text),
        Mapped(entity: .contact, field: nil, label: "Plumbline contact id", form: .text),
        Mapped(entity: .contact, field: "delivery_notes", label: "Delivery notes", form: .text, isEditable: true),
        Mapped(entity: .contact, field: "access_notes", label: "Access notes", form: .text, isEditable: true),
        Mapped(entity: .site, field: nil, label: "Plumbline id", form: .text),
        Mapped(entity: .site, field: "access_notes", label: "Access notes", form: .text, isEditable: true),
        Mapped(entity: .site, field: "time_zone", label: "Time zone", form: .text),
        Mapped(entity: .job, field: nil, label: "Plumbline id", form: .text),
        Mapped(entity: .job, field: "total", label: "Approved amount", form: .money),
        Mapped(entity: .job, field: "revision", label: "Approved revision", form: .integer),
        Mapped(entity: .job, field: "terms", label: "Approved terms", form: .text),
        Mapped(entity: .job, field: "priority", label: "Priority by sales", form: .choice),
        Mapped(entity: .job, field: "required_skills", label: "Required skills", form: .texts),
        Mapped(entity: .job, field: "required_equipment", label: "Required equipment", form: .texts),
        Mapped(entity: .job, field: "requested_window", label: "Requested window", form: .appointment),
        Mapped(entity: .job, field: "invoice_number", label: "Ledger invoice number", form: .text),
        Mapped(entity: .job, field: "invoice_status", label: "Ledger invoice status", form: .choice),
        Mapped(entity: .job, field: "invoice_total", label: "Ledger invoice total", form: .money),
        Mapped(entity: .job, field: "invoice_balance", label: "Ledger invoice balance", form: .money),
        Mapped(entity: .job, field: "invoice_due_on", label: "Ledger invoice due", form: .date),
    ]

    /// The names that an overlay can use.
    var keys: [String] { all.map(\.key) }

    /// Labels that stand for two fields of one kind of object.
    var repeatedLabels: [String] {
        Dictionary(grouping: all) { $0.appliesTo + "/" + $0.label }.values.filter { $0.count > 1 }
            .compactMap(\.first?.label).sorted()
    }

    /// Gives a field another label; false where the key is not known.
    mutating func rename(_ key: String, to label: String) -> Bool {
        guard let position = all.firstIndex(where: { $0.key == key }) else { return false }
        all[position].label = label
        return true
    }

    /// The custom fields that show fields of an entity.
    func mapped(of entity: EntityKind) -> [Mapped] { all.filter { $0.entity == entity && $0.field != nil } }

    /// The custom field of one canonical field.
    func mapped(_ field: FieldName, of entity: EntityKind) -> Mapped? {
        all.first { $0.entity == entity && $0.field == field }
    }

    /// The label of the field that bears our id.
    func idLabel(of entity: EntityKind) -> String? { all.first { $0.entity == entity && $0.field == nil }?.label }

    // MARK: Values

    /// A value as its text; an empty text clears the custom field.
    static func text(_ value: PatchValue) -> String {
        guard case .set(let value) = value else { return "" }
        return switch value {
        case .text(let text): text
        case .choice(let word): word
        case .integer(let number): String(number)
        case .money(let money): money.description
        case .date(let date): date.description
        case .texts(let texts): texts.joined(separator: "; ")
        case .appointment(let window):
            "\(window.start)/\(window.end) \(window.zone)" + (window.isAllDay ? " all day" : "")
        default: ""
        }
    }

    /// The value of a text; a text of another form says nothing.
    static func value(_ text: String, _ form: Form) -> PatchValue {
        guard !text.isEmpty else { return .clear }
        let value: FieldValue? =
            switch form {
            case .text: .text(text)
            case .choice: .choice(text)
            case .integer: Int64(text).map(FieldValue.integer)
            case .money: money(text).map(FieldValue.money)
            case .date: BusinessDate(text).map(FieldValue.date)
            case .texts: .texts(text.components(separatedBy: "; "))
            case .appointment: appointment(text).map(FieldValue.appointment)
            }
        return value.map(PatchValue.set) ?? .clear
    }

    private static func money(_ text: String) -> Money? {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let currency = CurrencyCode(parts[1]) else { return nil }
        return Money(decimal: parts[0], currency: currency)
    }

    private static func appointment(_ text: String) -> LocalAppointment? {
        let parts = text.split(separator: " ")
        guard parts.count == 2 || parts.count == 4, let times = parts.first?.split(separator: "/"), times.count == 2,
            let start = Instant(times[0]), let end = Instant(times[1])
        else { return nil }
        return LocalAppointment(start: start, end: end, zone: String(parts[1]), isAllDay: parts.count == 4)
    }
}
