import CanonicalModel
import ConnectorKit
import Foundation
import Jobber
import SyncCore
import Testing

/// What the tests of the connector share.
enum JobberFixture {
    static let record = CanonicalID(high: 0x0189_0A5D_AC96_774B, low: 0xBCCE_B302_099A_8057)

    static func declaration(overlay: JSONValue = [:], baseURL: String = "") throws -> ConnectionDeclaration {
        ConnectionDeclaration(
            id: ConnectionID("field"), vendor: "jobber", role: .fsm, baseURL: baseURL, overlay: overlay,
            timeZone: "America/Chicago")
    }

    static func connector() throws -> JobberConnector { try JobberConnector(declaration()) }

    static func json(_ name: String) throws -> JSONValue {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
        return try JSONValue(parsing: [UInt8](Data(contentsOf: url)))
    }

    static func write(
        _ entity: EntityKind, record: CanonicalID = record, native: NativeReference? = nil, changes: Patch,
        desired: Patch = [:], shadow: Patch = [:], needsExternalID: Bool = false
    ) -> OutboundWrite {
        OutboundWrite(
            record: record, entity: entity, native: native, changes: changes,
            desired: desired.merging(changes) { $1 }, shadow: shadow, needsExternalID: needsExternalID,
            versionToken: nil, creationKey: "key")
    }

    static let lines: [LineItem] = [
        LineItem(
            key: "l 1", kind: .part, description: "Water heater\n50 gallon", quantity: Quantity(1),
            unitPrice: Money(minorUnits: 115_050, currency: .usd), taxCode: "TAX [8%]"),
        LineItem(
            key: "l2", kind: .labor, description: "", quantity: Quantity(mantissa: 15, scale: 1),
            unitPrice: Money(minorUnits: 9_500, currency: .usd), amount: Money(minorUnits: 14_000, currency: .usd)),
        LineItem(
            key: "l3", kind: .discount, description: "Welcome", quantity: Quantity(1),
            unitPrice: Money(minorUnits: -2_500, currency: .usd)),
    ]
}
