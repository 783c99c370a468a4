import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore
import Testing

@testable import QuickBooksOnline

@Suite("QuickBooks Online: what is written")
struct QuickBooksOnlineWritingTests {
    private typealias Fixture = QuickBooksOnlineFixture

    private func draft(_ write: OutboundWrite, overlay: JSONValue = [:]) throws -> JSONValue {
        try JSONValue(parsing: Fixture.connector(overlay: overlay).prepare(write).request.body ?? [])
    }

    private let books: JSONValue = [
        "items": ["part": "Parts", "labor": ["id": "12"]], "tax_codes": ["Sales tax": "TAX"],
        "line_tax": ["labor": "NON"],
    ]

    @Test("A customer is created under the creation key and updated under its version, sparsely")
    func customer() throws {
        let changes: Patch = [
            "name": .set(.text("Lee: North")), "phone": .set(.text("555-0100")), "email": .clear,
            "billing_address": .set(.address(PostalAddress(line1: "1 Oak St", city: "Austin", region: "TX"))),
        ]
        let prepared = try Fixture.connector().prepare(Fixture.write(.customer, changes: changes))
        #expect(prepared.request.path == "/v3/company/\(Fixture.realm)/customer?requestid=key-1&minorversion=75")
        #expect(prepared.covers == Set(changes.keys))
        let body = try draft(Fixture.write(.customer, changes: changes))["body"]
        #expect(body["DisplayName"].string == "Lee\u{A789} North")
        #expect(body["PrimaryEmailAddr"]["Address"].string == "")
        #expect(body["BillAddr"]["CountrySubDivisionCode"].string == "TX")
        let native = NativeReference(type: "Customer", id: "58")
        let update = try Fixture.connector().prepare(
            Fixture.write(.customer, native: native, changes: ["legal_name": .set(.text("Lee LLC"))], version: "4"))
        #expect(!update.request.path.contains("requestid"))
        let sent = try QuickBooksOnlineDraft(update.request).sent
        #expect(
            JSONValue.object(sent) == ["Id": "58", "SyncToken": "4", "sparse": true, "CompanyName": "Lee LLC"])
    }

    @Test("A name with a tab, a customer without a name and an entity that is not written are refused before send")
    func refusedCustomers() throws {
        for (entity, changes) in [
            (EntityKind.customer, ["name": .set(.text("a\tb"))] as Patch), (.customer, ["phone": .clear]),
            (.estimate, [:]), (.payment, [:]),
        ] {
            let fault = try #require(throws: ConnectorFault.self) {
                try draft(Fixture.write(entity, changes: changes))
            }
            #expect(fault.failureClass == .validation)
        }
    }

    @Test("The first site is its customer's shipping address, a further one a sub-customer, and neither moves alone")
    func sites() throws {
        let address: Patch = ["address": .set(.address(PostalAddress(line1: "7 Elm St", city: "Austin")))]
        let here: Patch = ["customer": Fixture.customer("58")]
        let native = NativeReference(type: "Customer", id: "58")
        let own = try draft(
            Fixture.write(.site, native: native, changes: address.merging(here) { $1 }))["body"]
        #expect(own.object?.keys == ["ShipAddr"])
        let further = try draft(Fixture.write(.site, changes: address.merging(here) { $1 }))["body"]
        #expect(further["DisplayName"].string == "7 Elm St")
        #expect(further["ParentRef"]["value"].string == "58")
        let away: Patch = ["customer": Fixture.customer("60")]
        let moved = try draft(
            Fixture.write(
                .site, native: NativeReference(type: "Customer", id: "59"), changes: away, shadow: here))["body"]
        #expect(moved["ParentRef"]["value"].string == "60")
        let fault = try #require(throws: ConnectorFault.self) {
            try draft(Fixture.write(.site, native: native, changes: away, shadow: here))
        }
        #expect(fault.fields == ["customer"])
    }

    private func bill(_ lines: [LineItem] = QuickBooksOnlineFixture.lines) -> Patch {
        [
            "customer": Fixture.customer("58"), "issued_on": .set(.date(BusinessDate("2026-03-10")!)),
            "lines": .set(.lines(lines)), "job_reference": .set(.text("4711")),
            "billed_hours": .set(.quantity(Quantity("1.5")!)), "memo": .set(.text("Heater")),
        ]
    }

    @Test("An invoice has lines with items and tax codes, the job in a custom field, and no computed tax (R6.6)")
    func invoice() throws {
        let draft = try draft(Fixture.write(.invoice, changes: bill()), overlay: books)
        let lines = draft["body"]["Line"].array ?? []
        #expect(lines.count == 4)
        #expect(lines[0]["SalesItemLineDetail"]["ItemRef"] == ["name": "Parts"])
        #expect(lines[0]["SalesItemLineDetail"]["TaxCodeRef"]["value"].string == "TAX")
        #expect(lines[0]["Amount"].number?.text == "1150.50")
        #expect(lines[1]["SalesItemLineDetail"] == ["ItemRef": ["value": "12"], "TaxCodeRef": ["value": "NON"]])
        #expect(lines[1]["Amount"].number?.text == "140.00")
        #expect(lines[2]["SalesItemLineDetail"]["ItemRef"] == ["name": "Services"])
        #expect(lines[2]["SalesItemLineDetail"]["UnitPrice"].number?.text == "-25.00")
        #expect(lines[3]["DetailType"].string == "DescriptionOnly")
        #expect(draft["body"]["CustomField"][0]["StringValue"].string == "4711")
        #expect(draft["body"]["TxnDate"].string == "2026-03-10")
        #expect(draft["body"]["TxnTaxDetail"].isNull)
        #expect(draft["body"]["DocNumber"].isNull)
    }

    @Test("A line that nothing maps is named and refused with its whole invoice (R6.12, R6.17)")
    func unmapped() throws {
        var strict = books
        strict["default_item"] = .null
        let fault = try #require(throws: ConnectorFault.self) {
            try draft(Fixture.write(.invoice, changes: bill()), overlay: strict)
        }
        #expect(fault.code == "unmapped_line")
        #expect(fault.message.contains("discount"))
        #expect(fault.fields.isEmpty, "no field is held while the others go")
        let untaxed = try #require(throws: ConnectorFault.self) {
            try draft(Fixture.write(.invoice, changes: bill()))
        }
        #expect(untaxed.code == "unmapped_tax")
        let update = try #require(throws: ConnectorFault.self) {
            try draft(
                Fixture.write(.invoice, native: NativeReference(type: "Invoice", id: "1"), changes: bill()))
        }
        #expect(update.fields == ["lines"])
        for missing in ["lines", "customer"] as [FieldName] {
            var changes = bill()
            changes[missing] = nil
            #expect(throws: ConnectorFault.self) {
                try draft(Fixture.write(.invoice, changes: changes), overlay: books)
            }
        }
    }

    @Test("Lines in another currency are refused, not converted (R6.16)")
    func currency() throws {
        let euro = LineItem(
            key: "1", kind: .part, description: "x", quantity: Quantity(1),
            unitPrice: Money(minorUnits: 1, currency: CurrencyCode("EUR")!))
        let fault = try #require(throws: ConnectorFault.self) {
            try draft(Fixture.write(.invoice, changes: bill([euro])))
        }
        #expect(fault.code == "currency")
    }

    @Test("What people wrote into the private note and the other custom fields stay")
    func note() throws {
        var changes = bill()
        changes["lines"] = nil
        changes["customer"] = nil
        let prepared = try Fixture.connector().prepare(
            Fixture.write(
                .invoice, native: NativeReference(type: "Invoice", id: "145"), changes: changes, version: "3"))
        var draft = try QuickBooksOnlineDraft(prepared.request)
        #expect(draft.needsCurrent)
        let marks = "[Lines 3f2a/service/l1]"
        let current: JSONValue = [
            "SyncToken": "5", "PrivateNote": .string("Ask Bob\n[Plumbline x job=1]\n\(marks)\nJob 1\nDone"),
            "CustomField": [
                ["DefinitionId": "1", "StringValue": "1"], ["DefinitionId": "2", "StringValue": "Crew A"],
            ],
        ]
        draft.complete(with: current, record: Fixture.record)
        #expect(
            draft.sent["PrivateNote"]?.string
                == "Ask Bob\nDone\nJob 4711\n[Plumbline \(Fixture.record) hours=1.5 job=4711]\n\(marks)")
        #expect(draft.sent["SyncToken"] == "3", "the version that the change was made for, not the one just read")
        #expect(draft.sent["CustomField"]?.array?.compactMap { $0["StringValue"].string } == ["Crew A", "4711"])
    }

    @Test("A note that grows too long goes without the marks of lines")
    func longNote() {
        var note = QuickBooksOnlineNote()
        note.record = Fixture.record
        note.text = String(repeating: "x", count: 3_900)
        note.marks = Fixture.lines.map(QuickBooksOnlineLine.Mark.init)
        #expect(!note.written.contains("[Lines"))
        #expect(note.written.count <= 4_000)
        note.text = ""
        #expect(QuickBooksOnlineNote(note.written) == note)
    }

    @Test("Whoever has our name: the same record gets the same other name, which reads back as the first")
    func names() {
        let unique = QuickBooksOnlineName.unique("Ann Lee", record: Fixture.record)
        #expect(unique == "Ann Lee [099a8057]")
        #expect(QuickBooksOnlineName.unique("Ann Lee", record: Fixture.other) != unique)
        #expect(QuickBooksOnlineName.name(ofDisplay: unique, isActive: true) == "Ann Lee")
    }

    @Test("An overlay with faults, and a missing realm, are named all at once")
    func overlay() throws {
        let overlay: JSONValue = [
            "items": ["voucher": "x", "part": 7], "default_item": 1, "job_field": "4", "tax_codes": ["a": 1],
            "colour": "red",
        ]
        do {
            _ = try QuickBooksOnlineConnector(Fixture.declaration(overlay: overlay, realm: nil))
            Issue.record("the overlay was taken")
        } catch {
            #expect(error.faults.count == 7, "\(error)")
        }
    }

    @Test("Every field that the descriptor says is written can be prepared")
    func honest() throws {
        let descriptor = try Fixture.connector().descriptor
        for capability in descriptor.entities {
            for field in capability.writes {
                let native = NativeReference(type: capability.nativeType, id: "1")
                var value = PatchValue.clear
                if field == "name" { value = .set(.text("x")) }
                if field == "lines" { value = .set(.lines([])) }
                if field == "customer" { value = Fixture.customer("1") }
                do {
                    _ = try draft(Fixture.write(capability.entity, native: native, changes: [field: value]))
                } catch let fault as ConnectorFault {
                    #expect(fault.code != "unwritable", "\(capability.entity).\(field)")
                }
            }
        }
    }
}
