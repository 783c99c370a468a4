import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore

/// Reads the fields of one object.
struct QuickBooksOnlineObject {
    let native: NativeReference
    let body: JSONValue
    /// The customer above all others of a sub-customer's document, where it was read along.
    let customer: String?
    private let declaration: ConnectionDeclaration

    init(_ object: NativeObject, declaration: ConnectionDeclaration) {
        native = object.reference
        body = object.body["object"]
        customer = object.body["customer"].string ?? body["CustomerRef"]["value"].string
        self.declaration = declaration
    }

    /// The object as `read` brings it.
    static func native(_ type: QuickBooksOnlineType, _ body: JSONValue, customer: String? = nil) -> NativeObject {
        var read: JSONValue = ["object": body]
        if let customer { read["customer"] = .string(customer) }
        return NativeObject(
            reference: NativeReference(type: type.rawValue, id: body["Id"].string ?? ""), body: read)
    }

    func observation(_ entity: EntityKind, fields: Patch, externalID: CanonicalID? = nil) -> Observation {
        Observation(
            entity: entity, native: native, externalID: externalID, fields: fields, modifiedAt: modifiedAt,
            isArchived: body["Active"].bool == false, versionToken: body["SyncToken"].string)
    }

    var modifiedAt: Instant? { Self.instant(body["MetaData"]["LastUpdatedTime"]) }

    /// Whether a document was made void: nothing is left of it, and the private note says so.
    var isVoid: Bool {
        (money("TotalAmt")?.minorUnits ?? 0) == 0 && body["PrivateNote"].string?.hasPrefix("Voided") == true
    }

    var currency: CurrencyCode {
        body["CurrencyRef"]["value"].string.flatMap { CurrencyCode($0) } ?? declaration.currency
    }

    /// The rate of a document in another currency than the company's; none is told for its own.
    var exchangeRate: PatchValue {
        guard currency != declaration.currency else { return .clear }
        return Self.quantity(body["ExchangeRate"]).map { .set(.quantity($0)) } ?? .clear
    }

    var customerReference: PatchValue {
        customer.map { .set(.reference(.native(NativeReference(type: "Customer", id: $0), .customer))) } ?? .clear
    }

    func text(_ name: String) -> PatchValue { Self.text(body[name].string) }

    func money(_ name: String) -> Money? { Self.money(body[name], currency) }

    func moneyField(_ name: String) -> PatchValue { money(name).map { .set(.money($0)) } ?? .clear }

    func date(_ name: String) -> PatchValue {
        body[name].string.flatMap { BusinessDate($0.prefix(10)) }.map { .set(.date($0)) } ?? .clear
    }

    func address(_ name: String) -> PatchValue {
        let value = body[name]
        func part(_ name: String) -> String { Self.trimmed(value[name].string ?? "") }
        let more = ["Line2", "Line3", "Line4", "Line5"].map(part).filter { !$0.isEmpty }
        let address = PostalAddress(
            line1: part("Line1"), line2: more.joined(separator: ", "), city: part("City"),
            region: part("CountrySubDivisionCode"), postalCode: part("PostalCode"), country: part("Country"))
        return address.isEmpty ? .clear : .set(.address(address))
    }

    /// The invoices that a payment is applied to, each once, in the payment's order.
    static func invoices(ofPayment payment: JSONValue) -> [String] {
        var seen: Set<String> = []
        return (payment["Line"].array ?? []).flatMap { $0["LinkedTxn"].array ?? [] }
            .filter { $0["TxnType"].string == "Invoice" }.compactMap { $0["TxnId"].string }
            .filter { seen.insert($0).inserted }
    }

    static func text(_ text: String?) -> PatchValue {
        let text = text.map(trimmed) ?? ""
        return text.isEmpty ? .clear : .set(.text(text))
    }

    static func instant(_ value: JSONValue) -> Instant? { value.string.flatMap { Instant($0) } }

    /// A number with at most six digits after the point; what is beyond them is rounded away.
    static func quantity(_ value: JSONValue) -> Quantity? {
        guard let text = value.number?.text ?? value.string else { return nil }
        if let exact = Quantity(text), exact.scale <= 6 { return exact }
        return rounded(text, digits: 6).map { Quantity(mantissa: $0, scale: 6) }
    }

    /// A number as an amount, rounded to the currency's smallest unit: unit prices may be finer.
    static func money(_ value: JSONValue, _ currency: CurrencyCode) -> Money? {
        guard let text = value.number?.text ?? value.string else { return nil }
        return Money(decimal: text, currency: currency)
            ?? rounded(text, digits: currency.minorDigits).map { Money(minorUnits: $0, currency: currency) }
    }

    private static func rounded(_ text: String, digits: Int) -> Int64? {
        guard var value = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else { return nil }
        var result = Decimal()
        NSDecimalRound(&result, &value, digits, .plain)
        for _ in 0..<digits { result *= 10 }
        return Int64("\(result)")
    }

    private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}
