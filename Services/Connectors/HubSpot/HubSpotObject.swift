import CanonicalModel
import ConnectorKit
import SyncCore

/// Reads the properties of one object; all of them are strings in HubSpot.
struct HubSpotObject {
    let native: NativeReference
    private let type: HubSpotType
    private let body: JSONValue
    private let properties: JSONValue
    private let declaration: ConnectionDeclaration

    init(_ object: NativeObject, type: HubSpotType, declaration: ConnectionDeclaration) {
        native = object.reference
        self.type = type
        self.declaration = declaration
        body = object.body
        properties = object.body["object"]["properties"]
    }

    func observation(_ entity: EntityKind, fields: Patch, idProperty: String) -> Observation {
        Observation(
            entity: entity, native: native, externalID: string(idProperty).flatMap { CanonicalID($0) }, fields: fields,
            modifiedAt: string(type.modifiedProperty).flatMap(Self.instant)
                ?? body["object"]["updatedAt"].string.flatMap { Instant($0) },
            isArchived: body["object"]["archived"].bool == true)
    }

    func string(_ property: String) -> String? {
        guard let text = properties[property].string, !text.isEmpty else { return nil }
        return text
    }

    func text(_ property: String) -> PatchValue {
        string(property).map { .set(.text(Self.trimmed($0))) } ?? .clear
    }

    func money(_ property: String) -> PatchValue {
        string(property).flatMap { Money(decimal: $0, currency: currency) }.map { .set(.money($0)) } ?? .clear
    }

    func date(_ property: String) -> PatchValue {
        string(property).flatMap { BusinessDate($0.prefix(10)) ?? Self.instant($0)?.utcDate }.map { .set(.date($0)) }
            ?? .clear
    }

    func address(_ names: [String]) -> PatchValue {
        let parts = names.map { string($0).map(Self.trimmed) ?? "" }
        let address = PostalAddress(
            line1: parts[0], line2: parts[1], city: parts[2], region: parts[3], postalCode: parts[4], country: parts[5])
        return address.isEmpty ? .clear : .set(.address(address))
    }

    func window(_ start: String, _ end: String) -> PatchValue {
        guard let from = string(start).flatMap(Self.instant), let to = string(end).flatMap(Self.instant),
            let window = LocalAppointment(
                start: from, end: to, zone: string(HubSpotProperties.windowZone) ?? declaration.timeZone)
        else { return .clear }
        return .set(.appointment(window))
    }

    /// The associated object with the lowest id: the first one, which stays when others come.
    func reference(to other: HubSpotType, _ entity: EntityKind) -> PatchValue {
        reference(to: other, entity, in: ids(of: other))
    }

    /// The contact with the lowest id among those that bear the label.
    func contact(labelled label: String) -> PatchValue {
        reference(to: .contact, .contact, in: ids(of: .contact).filter { bears(label, $0) })
    }

    /// The contact with the lowest id among those that do not bear the label, or of all where all do.
    func contact(notLabelled label: String) -> PatchValue {
        let all = ids(of: .contact)
        let others = all.filter { !bears(label, $0) }
        return reference(to: .contact, .contact, in: others.isEmpty ? all : others)
    }

    private func ids(of other: HubSpotType) -> [String] { (body[other.rawValue].array ?? []).compactMap(\.string) }

    private func bears(_ label: String, _ id: String) -> Bool {
        (body[HubSpotLink.labels][id].array ?? []).contains { $0.string?.lowercased() == label.lowercased() }
    }

    private func reference(to other: HubSpotType, _ entity: EntityKind, in ids: [String]) -> PatchValue {
        guard let id = ids.min(by: { ($0.count, $0) < ($1.count, $1) }) else { return .clear }
        return .set(.reference(.native(NativeReference(type: other.rawValue, id: id), entity)))
    }

    func word(
        _ property: String, in words: [String: String], what: String
    ) throws(ConnectorFault) -> PatchValue {
        guard let value = string(property) else { return .clear }
        guard let word = words[value] else { throw unmapped(value, property: property, what: what) }
        return .set(.choice(word))
    }

    func history(
        _ property: String, in words: [String: String], what: String
    ) throws(ConnectorFault) -> PatchValue {
        var steps: [StatusStep] = []
        for entry in body["object"]["propertiesWithHistory"][property].array ?? [] {
            guard let value = entry["value"].string, !value.isEmpty,
                let at = entry["timestamp"].string.flatMap(Self.instant)
            else { continue }
            guard let word = words[value] else { throw unmapped(value, property: property, what: what) }
            steps.append(StatusStep(word, at: at))
        }
        return steps.isEmpty ? .clear : .set(.history(steps.sorted { $0.at < $1.at }))
    }

    func lines() throws(ConnectorFault) -> [LineItem] {
        var lines: [(position: Int64, line: LineItem)] = []
        for object in body["lines"].array ?? [] {
            let properties = object["properties"]
            func text(_ name: String) -> String { properties[name].string ?? "" }
            let key = object["id"].string ?? ""
            guard
                let kind = LineItem.Kind(
                    rawValue: text("plumbline_line_kind").isEmpty ? "service" : text("plumbline_line_kind"))
            else { throw unmapped(text("plumbline_line_kind"), property: "plumbline_line_kind", what: "kind of line") }
            let currency = CurrencyCode(text("hs_line_item_currency_code")) ?? currency
            guard let quantity = Quantity(text("quantity").isEmpty ? "1" : text("quantity")),
                let price = Money(decimal: text("price").isEmpty ? "0" : text("price"), currency: currency)
            else {
                throw ConnectorFault(
                    .validation, code: "line_amount",
                    message: "line item \(key) has a quantity or a price that is no amount of \(currency)",
                    fix: "correct quantity and price of the line item in HubSpot")
            }
            lines.append(
                (
                    Int64(text("hs_position_on_quote")) ?? Int64(key) ?? 0,
                    LineItem(
                        key: key, kind: kind, description: text("name"), quantity: quantity, unitPrice: price,
                        amount: Money(decimal: text("amount"), currency: currency))
                ))
        }
        return lines.sorted { $0.position < $1.position }.map(\.line)
    }

    func mapped(_ mapped: HubSpotProperties.Mapped, of entity: EntityKind) -> PatchValue {
        guard let value = string(mapped.property) else { return .clear }
        switch mapped.form {
        case .text, .multiline, .lines: return .set(.text(Self.trimmed(value)))
        case .choice: return .set(.choice(value))
        case .number: return Quantity(value).map { .set(.quantity($0)) } ?? .clear
        case .money: return money(mapped.property)
        case .instant: return Self.instant(value).map { .set(.instant($0)) } ?? .clear
        case .date: return date(mapped.property)
        case .names:
            return .set(.texts(value.split(separator: ";").map { Self.trimmed(String($0)) }))
        }
    }

    private var currency: CurrencyCode {
        properties["deal_currency_code"].string.flatMap { CurrencyCode($0) }
            ?? properties["hs_currency"].string.flatMap { CurrencyCode($0) } ?? declaration.currency
    }

    private func unmapped(_ value: String, property: String, what: String) -> ConnectorFault {
        ConnectorFault(
            .validation, code: "unmapped_\(property)",
            message: "the \(what) '\(value)' of \(native) stands for nothing we know",
            fix: "add it to the overlay of the connection \(declaration.id), and load the object again")
    }

    /// A time as HubSpot writes it: RFC 3339, or milliseconds since 1970.
    static func instant(_ text: String) -> Instant? {
        Instant(text) ?? Int64(text).map(Instant.init(milliseconds:))
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
