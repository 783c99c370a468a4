import CanonicalModel
import ConnectorKit
import Foundation
import QuickBooksOnline
import SyncCore
import Testing

@Suite("QuickBooks Online: what objects say")
struct QuickBooksOnlineObservingTests {
    private typealias Fixture = QuickBooksOnlineFixture

    private func observe(
        _ type: String, _ body: JSONValue, customer: String? = nil, overlay: JSONValue = [:]
    ) throws -> [Observation] {
        try Fixture.connector(overlay: overlay).observe(Fixture.object(type, body, customer: customer))
    }

    private static let customer: JSONValue = [
        "Id": "58", "SyncToken": "4", "DisplayName": " Ann Lee ", "CompanyName": "Lee Estates LLC",
        "PrimaryPhone": ["FreeFormNumber": "(555) 555-0100"], "PrimaryEmailAddr": ["Address": "ann@example.com"],
        "BillAddr": [
            "Id": "9", "Line1": "1 Oak St", "Line2": "Unit 2", "Line3": "Rear", "City": "Austin",
            "CountrySubDivisionCode": "TX", "PostalCode": "78701",
        ],
        "ShipAddr": ["Line1": "7 Elm St", "City": "Austin"], "SalesTermRef": ["value": "3", "name": "Net 30"],
        "CurrencyRef": ["value": "USD"], "Taxable": false, "Balance": Fixture.number("10.5"),
        "BalanceWithJobs": Fixture.number("20.25"), "Active": true,
        "MetaData": ["LastUpdatedTime": "2026-03-12T09:30:15-08:00"],
    ]

    @Test("A customer is a customer with terms, balance and version, and its shipping address is a site (R1.4)")
    func customer() throws {
        let found = try observe("Customer", Self.customer)
        let customer = try #require(found.first { $0.entity == .customer })
        #expect(
            customer.fields == [
                "name": .set(.text("Ann Lee")), "legal_name": .set(.text("Lee Estates LLC")),
                "phone": .set(.text("(555) 555-0100")), "email": .set(.text("ann@example.com")),
                "billing_address": .set(
                    .address(
                        PostalAddress(
                            line1: "1 Oak St", line2: "Unit 2, Rear", city: "Austin", region: "TX", postalCode: "78701")
                    )),
                "billing_terms": .set(.text("Net 30")), "currency": .set(.text("USD")),
                "tax_exempt": .set(.flag(true)), "balance": .set(.money(Fixture.usd(2_025))),
            ])
        #expect(customer.versionToken == "4")
        #expect(customer.modifiedAt == Instant("2026-03-12T17:30:15Z"))
        let site = try #require(found.first { $0.entity == .site })
        #expect(site.fields["customer"] == Fixture.customer("58"))
        #expect(site.fields["address"] == .set(.address(PostalAddress(line1: "7 Elm St", city: "Austin"))))
    }

    @Test("A sub-customer is a site of its customer, a project nothing; an inactive customer is archived")
    func subCustomers() throws {
        var body = Self.customer
        body["ParentRef"] = ["value": "12"]
        let found = try observe("Customer", body)
        #expect(found.map(\.entity) == [.site])
        #expect(found.first?.fields["customer"] == Fixture.customer("12"))
        body["IsProject"] = true
        #expect(try observe("Customer", body).isEmpty)
        var inactive = Self.customer
        inactive["Active"] = false
        inactive["DisplayName"] = "Ann Lee (deleted)"
        let archived = try #require(try observe("Customer", inactive).first { $0.entity == .customer })
        #expect(archived.isArchived)
        #expect(archived.fields["name"] == .set(.text("Ann Lee")))
    }

    @Test("A term without a name says nothing of the terms, and a name is read without our digits")
    func names() throws {
        var body = Self.customer
        body["SalesTermRef"] = ["value": "3"]
        body["DisplayName"] = "Smith\u{A789} North [1b2c3d4e]"
        let customer = try #require(try observe("Customer", body).first { $0.entity == .customer })
        #expect(customer.fields["billing_terms"] == nil)
        #expect(customer.fields["name"] == .set(.text("Smith: North")))
        body["DisplayName"] = "Smith [unit 12]"
        #expect(
            try observe("Customer", body).first { $0.entity == .customer }?.fields["name"]
                == .set(.text("Smith [unit 12]")))
    }

    @Test("An invoice brings number, status, money, job and lines; its note says whose it is (R6.1, R6.2)")
    func invoice() throws {
        let found = try #require(try observe("Invoice", Fixture.json("invoice")).first)
        #expect(found.externalID == Fixture.record)
        #expect(found.versionToken == "3")
        let expected: Patch = [
            "customer": Fixture.customer("58"), "number": .set(.text("1042")), "status": .set(.choice("partly_paid")),
            "issued_on": .set(.date(BusinessDate("2026-03-10")!)), "due_on": .set(.date(BusinessDate("2026-04-09")!)),
            "subtotal": .set(.money(Fixture.usd(134_400))), "tax": .set(.money(Fixture.usd(9_204))),
            "total": .set(.money(Fixture.usd(143_604))), "balance": .set(.money(Fixture.usd(100_000))),
            "exchange_rate": .clear, "billing_email": .set(.text("ann@example.com")),
            "memo": .set(.text("Replace water heater")), "job_reference": .set(.text("4711")),
            "billed_hours": .set(.quantity(Quantity("6.5")!)),
        ]
        for (field, value) in expected { #expect(found.fields[field] == value, "\(field)") }
        guard case .set(.lines(let lines)) = found.fields["lines"] else {
            Issue.record("no lines")
            return
        }
        #expect(lines.map(\.key) == ["1", "2", "3", "4"])
        #expect(lines.map(\.kind) == [.service, .service, .text, .discount])
        #expect(lines[0].item == .native(NativeReference(type: "Item", id: "7"), .item))
        #expect(lines[1].item == nil, "the item that services have anyhow says nothing")
        #expect(lines.map(\.taxCode) == ["TAX", "", "", ""])
        #expect(lines[1].amount == Fixture.usd(24_375))
        #expect(lines[3].amount == Fixture.usd(-5_025))
        for (field, value) in found.fields {
            let type = try #require(ModelCatalog.field(field, of: .invoice)?.type)
            if case .set(let value) = value { #expect(value.fault(for: type) == nil, "\(field)") }
        }
    }

    @Test(
        "What is left to pay is the status (R6.1)",
        arguments: [
            ("100", "100", "", "posted"), ("100", "40", "", "partly_paid"), ("100", "0", "", "paid"),
            ("0", "0", "Voided - Job 1", "void"), ("0", "0", "", "paid"), ("100", "100", "Voided by mistake", "posted"),
        ])
    func status(total: String, balance: String, note: String, status: String) throws {
        var body = try Fixture.json("invoice")
        body["TotalAmt"] = Fixture.number(total)
        body["Balance"] = Fixture.number(balance)
        body["PrivateNote"] = .string(note)
        #expect(try observe("Invoice", body).first?.fields["status"] == .set(.choice(status)))
    }

    @Test("The invoice of a sub-customer is the customer's above it; a rate is told for other currencies only")
    func foreignInvoice() throws {
        var body = try Fixture.json("invoice")
        body["CurrencyRef"] = ["value": "EUR"]
        body["ExchangeRate"] = Fixture.number("1.0875")
        let found = try #require(try observe("Invoice", body, customer: "12").first)
        #expect(found.fields["customer"] == Fixture.customer("12"))
        #expect(found.fields["exchange_rate"] == .set(.quantity(Quantity("1.0875")!)))
        #expect(found.fields["total"] == .set(.money(Money(decimal: "1436.04", currency: CurrencyCode("EUR")!)!)))
    }

    @Test("A group is opened, a finer unit price is rounded beside its exact amount, another type is refused (R6.13)")
    func lines() throws {
        func sale(_ id: String, _ amount: String, _ price: String) -> JSONValue {
            [
                "Id": .string(id), "Amount": Fixture.number(amount),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": [
                    "ItemRef": ["value": "1", "name": "Services"], "Qty": 10,
                    "UnitPrice": Fixture.number(price),
                ],
            ]
        }
        var body = try Fixture.json("invoice")
        body["Line"] = [
            ["Id": "5", "DetailType": "GroupLineDetail", "GroupLineDetail": ["Line": [sale("6", "12.35", "1.2345")]]]
        ]
        guard case .set(.lines(let lines)) = try observe("Invoice", body).first?.fields["lines"] else {
            Issue.record("no lines")
            return
        }
        #expect(lines.map(\.key) == ["5.6"])
        #expect(lines.first?.amount == Fixture.usd(1_235))
        #expect(lines.first?.unitPrice == Fixture.usd(123))
        body["Line"] = [["Id": "5", "Amount": 1, "DetailType": "MysteryLineDetail"]]
        let fault = try #require(throws: ConnectorFault.self) { try observe("Invoice", body) }
        #expect(fault.failureClass == .validation)
        #expect(fault.message.contains("MysteryLineDetail"))
    }

    @Test("A payment names what it pays; a credit memo says what is left of it (R6.2, R6.14)")
    func money() throws {
        let payment = try #require(
            try observe(
                "Payment",
                [
                    "Id": "150", "CustomerRef": ["value": "58", "name": "Ann Lee"], "TotalAmt": 500,
                    "UnappliedAmt": Fixture.number("63.96"),
                    "TxnDate": "2026-03-12", "PaymentRefNum": "1001",
                    "PaymentMethodRef": ["value": "2", "name": "Check"],
                    "Line": [
                        ["Amount": 400, "LinkedTxn": [["TxnId": "145", "TxnType": "Invoice"]]],
                        ["Amount": 30, "LinkedTxn": [["TxnId": "146", "TxnType": "Invoice"]]],
                        ["Amount": Fixture.number("6.04"), "LinkedTxn": [["TxnId": "99", "TxnType": "CreditMemo"]]],
                    ],
                ]
            ).first)
        let invoices = ["145", "146"].map {
            RecordReference.native(NativeReference(type: "Invoice", id: $0), .invoice)
        }
        #expect(
            payment.fields == [
                "customer": Fixture.customer("58"), "invoices": .set(.references(invoices)),
                "amount": .set(.money(Fixture.usd(50_000))), "unapplied": .set(.money(Fixture.usd(6_396))),
                "received_on": .set(.date(BusinessDate("2026-03-12")!)), "number": .set(.text("1001")),
                "method": .set(.text("Check")),
            ])
        let memo = try #require(
            try observe(
                "CreditMemo",
                [
                    "Id": "99", "CustomerRef": ["value": "58"], "DocNumber": "C-1", "TxnDate": "2026-03-11",
                    "TotalAmt": 20, "RemainingCredit": Fixture.number("13.96"), "InvoiceRef": ["value": "145"],
                    "PrivateNote": "Leaking valve",
                ]
            ).first)
        #expect(memo.entity == .creditNote)
        #expect(memo.fields["balance"] == .set(.money(Fixture.usd(1_396))))
        #expect(memo.fields["reason"] == .set(.text("Leaking valve")))
        #expect(
            memo.fields["invoice"]
                == .set(.reference(.native(NativeReference(type: "Invoice", id: "145"), .invoice))))
    }

    @Test("An item is an item of the price list; a category is none")
    func items() throws {
        let body: JSONValue = [
            "Id": "7", "Name": "Heater 50 gal", "Sku": "WH-50", "Type": "Inventory",
            "UnitPrice": Fixture.number("1150.5"),
            "PurchaseCost": 700, "QtyOnHand": 3, "Active": true,
        ]
        let item = try #require(try observe("Item", body).first)
        #expect(item.fields["kind"] == .set(.choice("stock")))
        #expect(item.fields["quantity_on_hand"] == .set(.quantity(Quantity(3))))
        #expect(item.fields["unit_cost"] == .set(.money(Fixture.usd(70_000))))
        #expect(try observe("Item", ["Id": "8", "Name": "Parts", "Type": "Category"]).isEmpty)
    }

    @Test("Every field that is observed is among those that the descriptor says are read")
    func honest() throws {
        let connector = try Fixture.connector()
        let observations =
            try observe("Customer", Self.customer) + observe("Invoice", Fixture.json("invoice"))
            + observe("Payment", ["Id": "1"]) + observe("CreditMemo", ["Id": "1"]) + observe("Item", ["Id": "1"])
        for observation in observations {
            let capability = try #require(connector.descriptor.capability(for: observation.entity))
            #expect(Set(observation.fields.keys).subtracting(capability.reads).isEmpty, "\(observation.entity)")
        }
    }

    @Test("Recorded answers are understood", .enabled(if: QuickBooksOnlineFixture.hasSamples, "no samples here"))
    func recorded() throws {
        let customers = try Fixture.sample("customer-read-with-custom-fields")["QueryResponse"]["Customer"].array ?? []
        let names = try customers.flatMap { try observe("Customer", $0) }.compactMap { $0.fields["name"] }
        #expect(names == [.set(.text("Amy's Bird Sanctuary")), .set(.text("Bob's Burgers"))])
        let created = try observe("Customer", Fixture.sample("create-customer")["Customer"])
        #expect(created.first?.fields["legal_name"] == .set(.text("King Groceries")))
        #expect(created.first?.fields["email"] == .set(.text("jdrew@myemail.com")))
        let invoice = try Fixture.sample("invoice-read-with-custom-fields")["QueryResponse"]["Invoice"][0]
        let observed = try #require(try observe("Invoice", invoice).first)
        #expect(observed.fields["status"] == .set(.choice("paid")))
        #expect(observed.fields["total"] == .set(.money(Fixture.usd(150_000))))
        let item = try Fixture.sample("item-read")["QueryResponse"]["Item"][0]
        #expect(try observe("Item", item).first?.fields["name"] == .set(.text("Services")))
    }
}
