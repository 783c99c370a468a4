import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore

/// Reads the fields of one object.
struct JobberObject {
    let native: NativeReference
    let body: JSONValue
    private let declaration: ConnectionDeclaration
    private let fields: JobberFields

    init(_ object: NativeObject, declaration: ConnectionDeclaration, fields: JobberFields) {
        native = object.reference
        body = object.body
        self.declaration = declaration
        self.fields = fields
    }

    var currency: CurrencyCode { declaration.currency }

    func observation(_ entity: EntityKind, fields patch: Patch) -> Observation {
        var patch = patch
        for mapped in fields.mapped(of: entity) {
            guard let field = mapped.field else { continue }
            patch[field] = JobberFields.value(Self.custom(mapped.label, of: body) ?? "", mapped.form)
        }
        return Observation(
            entity: entity, native: native, externalID: externalID(of: entity), fields: patch,
            modifiedAt: Self.instant(body["updatedAt"]), isArchived: body["isArchived"].bool == true)
    }

    func externalID(of entity: EntityKind) -> CanonicalID? {
        fields.idLabel(of: entity).flatMap { Self.custom($0, of: body) }.flatMap { CanonicalID($0) }
    }

    func text(_ name: String) -> PatchValue { Self.text(body[name].string) }

    func instant(_ name: String) -> PatchValue {
        Self.instant(body[name]).map { .set(.instant($0)) } ?? .clear
    }

    func reference(_ name: String, _ type: JobberType, _ entity: EntityKind) -> PatchValue {
        body[name]["id"].string.map {
            .set(.reference(.native(NativeReference(type: type.rawValue, id: $0), entity)))
        } ?? .clear
    }

    func address(_ name: String) -> PatchValue {
        let value = body[name]
        func part(_ name: String) -> String { value[name].string ?? "" }
        let address = PostalAddress(
            line1: part("street1"), line2: part("street2"), city: part("city"), region: part("province"),
            postalCode: part("postalCode"), country: part("country"))
        return address.isEmpty ? .clear : .set(.address(address))
    }

    /// A visit's time as an appointment in the connection's zone; nothing where the visit is not scheduled.
    func window(of visit: JSONValue) -> PatchValue {
        guard let start = Self.instant(visit["startAt"]) else { return .clear }
        let end = Self.instant(visit["endAt"]) ?? start
        return LocalAppointment(
            start: start, end: max(start, end), zone: declaration.timeZone, isAllDay: visit["allDay"].bool == true
        ).map { .set(.appointment($0)) } ?? .clear
    }

    static func crew(of visit: JSONValue) -> PatchValue {
        let names = (visit["assignedUsers"]["nodes"].array ?? []).compactMap { $0["name"]["full"].string }.sorted()
        return names.isEmpty ? .clear : .set(.texts(names))
    }

    /// When the crew is expected: the start of the arrival window, or of the visit.
    static func eta(of visit: JSONValue) -> PatchValue {
        (instant(visit["arrivalWindow"]["startAt"]) ?? instant(visit["startAt"])).map { .set(.instant($0)) } ?? .clear
    }

    /// A custom field's text by its label.
    static func custom(_ label: String, of object: JSONValue) -> String? {
        let field = (object["customFields"].array ?? []).first { $0["label"].string == label }
        return field?["valueText"].string.flatMap { $0.isEmpty ? nil : $0 }
    }

    static func text(_ text: String?) -> PatchValue {
        text.flatMap { $0.isEmpty ? nil : .set(.text($0)) } ?? .clear
    }

    static func instant(_ value: JSONValue) -> Instant? { value.string.flatMap { Instant($0) } }

    /// A number as a quantity; Jobber's are floating-point, so what is beyond six digits is rounded away.
    static func quantity(_ value: JSONValue) -> Quantity? {
        guard let text = value.number?.text else { return nil }
        if let exact = Quantity(text), exact.scale <= 6 { return exact }
        return rounded(text, digits: 6).map { Quantity(mantissa: $0, scale: 6) }
    }

    /// A number as an amount, rounded to the currency's smallest unit.
    static func money(_ value: JSONValue, _ currency: CurrencyCode) -> Money? {
        guard let text = value.number?.text else { return nil }
        return Money(decimal: text, currency: currency)
            ?? rounded(text, digits: currency.minorDigits).map { Money(minorUnits: $0, currency: currency) }
    }

    private static func rounded(_ text: String, digits: Int) -> Int64? {
        guard let value = Double(text) else { return nil }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        return Int64(exactly: (value * scale).rounded())
    }
}
