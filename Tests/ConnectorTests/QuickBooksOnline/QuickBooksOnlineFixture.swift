import CanonicalModel
import ConnectorKit
import Foundation
import QuickBooksOnline
import SyncCore
import Testing

/// What the tests of the connector share.
enum QuickBooksOnlineFixture {
    static let realm = "9341453050298464"
    static let record = CanonicalID(high: 0x0189_0A5D_AC96_774B, low: 0xBCCE_B302_099A_8057)
    static let other = CanonicalID(high: 0x0189_0A5D_AC96_774C, low: 0xBCCE_B302_1122_3344)

    static func declaration(overlay: JSONValue = [:], realm: String? = realm) -> ConnectionDeclaration {
        ConnectionDeclaration(
            id: ConnectionID("books"), vendor: "quickbooks", role: .ledger, vendorAccount: realm, baseURL: "",
            overlay: overlay, timeZone: "America/Chicago")
    }

    static func connector(overlay: JSONValue = [:]) throws -> QuickBooksOnlineConnector {
        try QuickBooksOnlineConnector(declaration(overlay: overlay))
    }

    static func json(_ name: String) throws -> JSONValue {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
        return try JSONValue(parsing: [UInt8](Data(contentsOf: url)))
    }

    static func number(_ text: String) -> JSONValue { JSONNumber(text).map(JSONValue.number) ?? .null }

    static func object(_ type: String, _ body: JSONValue, customer: String? = nil) -> NativeObject {
        var read: JSONValue = ["object": body]
        if let customer { read["customer"] = .string(customer) }
        return NativeObject(reference: NativeReference(type: type, id: body["Id"].string ?? ""), body: read)
    }

    static func write(
        _ entity: EntityKind, record: CanonicalID = record, native: NativeReference? = nil, changes: Patch,
        desired: Patch = [:], shadow: Patch = [:], version: String? = nil, key: String = "key-1"
    ) -> OutboundWrite {
        OutboundWrite(
            record: record, entity: entity, native: native, changes: changes,
            desired: desired.merging(changes) { $1 }, shadow: shadow, versionToken: version, creationKey: key)
    }

    static func customer(_ id: String) -> PatchValue {
        .set(.reference(.native(NativeReference(type: "Customer", id: id), .customer)))
    }

    static func usd(_ cents: Int64) -> Money { Money(minorUnits: cents, currency: .usd) }

    /// Lines of every kind, one with an amount that is not quantity times price.
    static let lines: [LineItem] = [
        LineItem(
            key: "l 1", kind: .part, description: "Water heater", quantity: Quantity(1), unitPrice: usd(115_050),
            taxCode: "Sales tax"),
        LineItem(
            key: "labor", kind: .labor, description: "Labor", quantity: Quantity(mantissa: 15, scale: 1),
            unitPrice: usd(9_500), amount: usd(14_000)),
        LineItem(
            key: "l3", kind: .discount, description: "Welcome", quantity: Quantity(1), unitPrice: usd(-2_500)),
        LineItem(
            key: "remark-1", kind: .text, description: "Hours worked: 1.5", quantity: Quantity(0), unitPrice: usd(0)),
    ]

    /// What is known of the vendor; not part of this package.
    static let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/vendor-specs/quickbooks-online/samples")
    static let hasSamples = FileManager.default.fileExists(atPath: samples.path)

    static func sample(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: [UInt8](Data(contentsOf: samples.appending(path: name + ".json"))))
    }
}
