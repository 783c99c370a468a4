import CanonicalModel
import ConnectorKit
import QuickBooksOnline
import SandboxKit
import SandboxSupport
import SyncCore
import Testing

@Suite("QuickBooks Online: invoices and payments against the sandbox")
struct QuickBooksOnlineInvoiceTests {
    private typealias Fixture = QuickBooksOnlineFixture
    private static let books: JSONValue = [
        "items": ["part": "Parts"], "tax_codes": ["Sales tax": "TAX"],
    ]

    private static func invoice(_ customer: NativeReference, lines: [LineItem] = Fixture.lines) -> Patch {
        [
            "customer": Fixture.customer(customer.id), "issued_on": .set(.date(BusinessDate("2026-03-10")!)),
            "due_on": .set(.date(BusinessDate("2026-04-09")!)), "lines": .set(.lines(lines)),
            "job_reference": .set(.text("4711")), "billed_hours": .set(.quantity(Quantity("1.5")!)),
            "memo": .set(.text("Replace water heater")), "billing_email": .set(.text("ann@example.com")),
        ]
    }

    private static func run(_ body: @escaping @Sendable (QuickBooksOnlineBench, NativeReference) async throws -> Void)
        async throws
    {
        try await QuickBooksOnlineBench.run(overlay: books) { bench in
            try await bench.act([
                "type": "Item",
                "fields": ["Name": "Parts", "Type": "NonInventory", "IncomeAccountRef": ["value": "2"]],
            ])
            try await body(bench, try await bench.customer("Ann Lee").native)
        }
    }

    @Test("An invoice is read back line by line as it was written, with the ledger's number and amounts (R6.6, R6.16)")
    func roundTrip() async throws {
        try await Self.run { bench, customer in
            try await bench.client.control("PATCH", "settings", ["salesTaxPercent": 8])
            try await bench.send(
                Fixture.write(
                    .site, native: customer,
                    changes: [
                        "customer": Fixture.customer(customer.id),
                        "address": .set(.address(PostalAddress(line1: "7 Elm St", city: "Austin"))),
                    ]))
            var changes = Self.invoice(customer)
            changes["site"] = .set(.reference(.native(customer, .site)))
            let made = try await bench.send(Fixture.write(.invoice, changes: changes, key: "i-1"))
            var seen = try await bench.shown(made.native, .invoice)
            changes["site"] = nil
            for (field, value) in changes { #expect(seen.fields[field] == value, "\(field)") }
            #expect(seen.externalID == Fixture.record)
            #expect(seen.fields["number"] == .set(.text("1001")))
            #expect(seen.fields["status"] == .set(.choice("posted")))
            #expect(seen.fields["subtotal"] == .set(.money(Fixture.usd(126_550))))
            #expect(seen.fields["tax"] == .set(.money(Fixture.usd(9_204))))
            #expect(seen.fields["total"] == .set(.money(Fixture.usd(135_754))))
            let native = try await bench.record(made.native)
            #expect(native["ShipAddr"]?["Line1"] == "7 Elm St")
            #expect(native["PrivateNote"]?.stringValue?.hasPrefix("Job 4711\n") == true)

            try await bench.act([
                "action": "update", "type": "Invoice", "id": .string(made.native.id),
                "fields": ["PrivateNote": .string("Ask Bob\n" + (native["PrivateNote"]?.stringValue ?? ""))],
            ])
            seen = try await bench.shown(made.native, .invoice)
            var lines = Array(Fixture.lines.dropFirst())
            lines.insert(
                LineItem(
                    key: "permit", kind: .fee, description: "Permit", quantity: Quantity(2),
                    unitPrice: Fixture.usd(4_000)),
                at: 1)
            let edit: Patch = ["lines": .set(.lines(lines)), "job_reference": .set(.text("4712"))]
            try await bench.send(
                Fixture.write(
                    .invoice, native: made.native, changes: edit, shadow: seen.fields, version: seen.versionToken))
            seen = try await bench.shown(made.native, .invoice)
            for (field, value) in edit { #expect(seen.fields[field] == value, "\(field)") }
            #expect(seen.fields["memo"] == changes["memo"], "a sparse update leaves the rest as it is")
            #expect(try await bench.record(made.native)["PrivateNote"]?.stringValue?.hasPrefix("Ask Bob\n") == true)
        }
    }

    @Test("An invoice without a due date or an e-mail address takes over the customer's terms and address (R1.4)")
    func terms() async throws {
        try await Self.run { bench, customer in
            try await bench.act([
                "action": "update", "type": "Customer", "id": .string(customer.id),
                "fields": ["SalesTermRef": ["value": "2"], "PrimaryEmailAddr": ["Address": "books@example.com"]],
            ])
            var changes = Self.invoice(customer)
            changes["due_on"] = nil
            changes["billing_email"] = nil
            let made = try await bench.send(Fixture.write(.invoice, changes: changes, key: "i-1"))
            let seen = try await bench.shown(made.native, .invoice)
            #expect(seen.fields["due_on"] == .set(.date(BusinessDate("2026-03-25")!)))
            #expect(seen.fields["billing_email"] == .set(.text("books@example.com")))
        }
    }

    @Test("A new invoice waits for the address of its site; what goes out together goes in the right order")
    func siteAddress() async throws {
        try await Self.run { bench, customer in
            let now = bench.session.now
            func invoice(wantedAt moment: Instant, _ key: String) -> OutboundWrite {
                var changes = Self.invoice(customer)
                changes["site"] = .set(.reference(.native(customer, .site)))
                let record = CanonicalID(time: moment, random: (1, UInt64(key.utf8.last ?? 0)))
                var write = Fixture.write(.invoice, record: record, changes: changes, key: key)
                write.wantedAt = moment
                return write
            }
            let early = try await bench.fault(invoice(wantedAt: now.advanced(bySeconds: -5), "i-1"))
            #expect(early.code == "site_address")
            #expect(early.retryAfter != nil)
            let old = try await bench.send(invoice(wantedAt: now.advanced(bySeconds: -300), "i-2"))
            #expect(try await bench.record(old.native)["ShipAddr"] == nil)
            let site = Fixture.write(
                .site, native: customer,
                changes: ["address": .set(.address(PostalAddress(line1: "7 Elm St", city: "Austin")))],
                desired: ["customer": Fixture.customer(customer.id)])
            let outcomes = try await bench.outcomes([invoice(wantedAt: now, "i-3"), site])
            guard case .done(let made) = outcomes[0], case .done = outcomes[1] else {
                Issue.record("\(outcomes)")
                return
            }
            #expect(try await bench.record(made.native)["ShipAddr"]?["Line1"] == "7 Elm St")
        }
    }

    @Test("What the bookkeeper edits, adds and takes away is seen; the other lines keep their keys")
    func edits() async throws {
        try await Self.run { bench, customer in
            let made = try await bench.send(Fixture.write(.invoice, changes: Self.invoice(customer), key: "i-1"))
            let before = try await bench.record(made.native)["Line"]?.arrayValue ?? []
            let more: JSON = [
                "Amount": 30, "Description": "Trip", "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": ["ItemRef": ["value": "1"]],
            ]
            try await bench.act([
                "action": "update", "type": "Invoice", "id": .string(made.native.id),
                "fields": ["Line": .array([more] + before.prefix(4))],
            ])
            guard case .set(.lines(let added)) = try await bench.shown(made.native, .invoice).fields["lines"] else {
                Issue.record("no lines")
                return
            }
            #expect(Array(added.dropFirst()) == Fixture.lines)
            #expect(added.first?.amount == Fixture.usd(3_000))
            var dearer = before
            var detail = before[0]["SalesItemLineDetail"]?.objectValue ?? [:]
            detail["UnitPrice"] = 1200
            var line = before[0].objectValue ?? [:]
            line["Amount"] = 1200
            line["SalesItemLineDetail"] = .object(detail)
            dearer[0] = .object(line)
            try await bench.act([
                "action": "update", "type": "Invoice", "id": .string(made.native.id),
                "fields": ["Line": .array(dearer)],
            ])
            guard case .set(.lines(let edited)) = try await bench.shown(made.native, .invoice).fields["lines"] else {
                Issue.record("no lines")
                return
            }
            #expect(edited.map(\.key) == Fixture.lines.map(\.key))
            #expect(edited.first?.amount == Fixture.usd(120_000))
            #expect(edited.first?.taxCode == "Sales tax")
            #expect(Array(edited.dropFirst()) == Array(Fixture.lines.dropFirst()))
        }
    }

    @Test("The same creation key gives one invoice, and a lost answer is found by our id in the note (R13.3)")
    func once() async throws {
        try await Self.run { bench, customer in
            let prepared = try bench.connector.prepare(
                Fixture.write(.invoice, changes: Self.invoice(customer), key: "i-1"))
            try await bench.client.fault(["kind": "lose-answer"], method: "POST", path: "/v3/company/*/invoice")
            guard case .unknown? = await bench.connector.send([prepared], session: bench.session).first,
                case .found(let found) = try await bench.connector.lookUp(prepared, session: bench.session),
                case .done(let receipt)? = await bench.connector.send([prepared], session: bench.session).first
            else {
                Issue.record("the attempt is not settled")
                return
            }
            #expect(receipt.native == found)
            #expect(try await bench.count("Invoice") == 1)
        }
    }

    @Test("Invoices of one customer are looked for by one query, and each finds its own (R13.3)")
    func several() async throws {
        try await Self.run { bench, customer in
            let attempts = try (0..<4).map { place in
                try bench.connector.prepare(
                    Fixture.write(
                        .invoice,
                        record: CanonicalID(high: Fixture.record.high, low: 0x8000_0000_0000_0001 + UInt64(place)),
                        changes: Self.invoice(customer), key: "i-\(place)"))
            }
            var made: [NativeReference] = []
            for outcome in await bench.connector.send(attempts, session: bench.session) {
                if case .done(let receipt) = outcome { made.append(receipt.native) }
            }
            try await bench.client.control("DELETE", "history")
            var found: [NativeReference] = []
            for result in await bench.connector.lookUp(attempts, session: bench.session) {
                if case .success(.found(let native)) = result { found.append(native) }
            }
            #expect(found == made && Set(found).count == 4)
            let history = try await bench.client.control("GET", "history?kind=request&target=/query")
            #expect(history["entries"]?.arrayValue?.count == 1)
            #expect(try await bench.count("Invoice") == 4)
        }
    }

    @Test("A request that never arrived is made by the look-up, once")
    func neverArrived() async throws {
        try await Self.run { bench, customer in
            let prepared = try bench.connector.prepare(
                Fixture.write(.invoice, changes: Self.invoice(customer), key: "i-1"))
            try await bench.client.fault(["kind": "close-before"], method: "POST", path: "/v3/company/*/invoice")
            guard case .unknown? = await bench.connector.send([prepared], session: bench.session).first,
                case .found = try await bench.connector.lookUp(prepared, session: bench.session)
            else {
                Issue.record("the attempt is not settled")
                return
            }
            #expect(try await bench.count("Invoice") == 1)
        }
    }

    @Test("Closed books and a missing item refuse the whole invoice, in plain words (R6.17)")
    func refusals() async throws {
        try await Self.run { bench, customer in
            try await bench.client.control("PATCH", "settings", ["closedThrough": "2026-03-31"])
            let closed = try await bench.fault(
                Fixture.write(.invoice, changes: Self.invoice(customer), key: "i-1"))
            #expect(closed.code == "6540")
            #expect(closed.failureClass == .validation)
            #expect(closed.message.contains("closed"))
            let unknown = try QuickBooksOnlineConnector(
                Fixture.declaration(overlay: ["default_item": "Nothing", "tax_codes": ["Sales tax": "TAX"]]))
            let prepared = try unknown.prepare(
                Fixture.write(.invoice, changes: Self.invoice(customer), key: "i-2"))
            guard case .failed(let fault)? = await unknown.send([prepared], session: bench.session).first else {
                Issue.record("an invoice without an item was made")
                return
            }
            #expect(fault.code == "no_item")
            #expect(fault.message.contains("Nothing"))
            #expect(fault.fields.isEmpty)
            #expect(try await bench.count("Invoice") == 0)
        }
    }

    @Test("A payment is read with its invoice, which is paid then; a void invoice says so (R6.2, R25.11)")
    func payments() async throws {
        try await Self.run { bench, customer in
            let made = try await bench.send(Fixture.write(.invoice, changes: Self.invoice(customer), key: "i-1"))
            let id = try await bench.act([
                "action": "payment", "invoice": .string(made.native.id), "amount": "500.00", "method": "check",
                "reference": "1001", "date": "2026-03-20",
            ])
            let payment = try await bench.shown(NativeReference(type: "Payment", id: id), .payment)
            #expect(
                payment.fields == [
                    "customer": Fixture.customer(customer.id),
                    "invoices": .set(.references([.native(made.native, .invoice)])),
                    "amount": .set(.money(Fixture.usd(50_000))), "unapplied": .set(.money(Fixture.usd(0))),
                    "received_on": .set(.date(BusinessDate("2026-03-20")!)), "method": .set(.text("Check")),
                    "number": .set(.text("1001")),
                ])
            #expect(try await bench.shown(made.native, .invoice).fields["status"] == .set(.choice("partly_paid")))
            try await bench.act(["action": "payment", "invoice": .string(made.native.id)])
            #expect(try await bench.shown(made.native, .invoice).fields["status"] == .set(.choice("paid")))
            let second = try await bench.send(
                Fixture.write(.invoice, record: Fixture.other, changes: Self.invoice(customer), key: "i-2"))
            try await bench.act(["action": "void", "type": "Invoice", "id": .string(second.native.id)])
            let void = try await bench.shown(second.native, .invoice)
            #expect(void.fields["status"] == .set(.choice("void")))
            #expect(void.externalID == Fixture.other)
        }
    }

    @Test("The invoice of a sub-customer is the customer's above it")
    func subCustomer() async throws {
        try await Self.run { bench, customer in
            let child = try await bench.act([
                "type": "Customer",
                "fields": ["DisplayName": "Ann's barn", "ParentRef": ["value": .string(customer.id)]],
            ])
            let made = try await bench.act([
                "type": "Invoice",
                "fields": [
                    "CustomerRef": ["value": .string(child)],
                    "Line": [
                        [
                            "Amount": 30, "DetailType": "SalesItemLineDetail",
                            "SalesItemLineDetail": ["ItemRef": ["value": "1"]],
                        ]
                    ],
                ],
            ])
            let seen = try await bench.shown(NativeReference(type: "Invoice", id: made), .invoice)
            #expect(seen.fields["customer"] == Fixture.customer(customer.id))
            #expect(seen.fields["billed_hours"] == nil, "an invoice that we did not make says nothing of hours")
        }
    }

    @Test("A poll brings changes with the customer and the invoices that they concern, deletions come by themselves")
    func polling() async throws {
        let world = SandboxWorld.quiet()
        try await QuickBooksOnlineBench.run(world: world) { bench in
            world.clock.set(world.clock.now(), frozen: true)
            let start = try await bench.poll("invoice", after: nil)
            #expect(start.changes.isEmpty)
            let ann = try await bench.customer("Ann Lee")
            let lines = [Fixture.lines[2], Fixture.lines[3]].map { line in
                var line = line
                line.unitPrice = Fixture.usd(2_500)
                line.amount = Fixture.usd(2_500)
                return line
            }
            let made = try await bench.send(
                Fixture.write(.invoice, changes: Self.invoice(ann.native, lines: [lines[0]]), key: "i-1"))
            var page = try await bench.poll("invoice", after: start.cursor)
            #expect(page.changes.map(\.native) == [made.native, ann.native])
            #expect(!page.hasMore)
            world.clock.advance(milliseconds: 30_000)
            page = try await bench.poll("invoice", after: page.cursor)
            #expect(page.changes.map(\.native) == [made.native, ann.native], "within the overlap it comes again")
            world.clock.advance(milliseconds: 300_000)
            page = try await bench.poll("invoice", after: page.cursor)
            page = try await bench.poll("invoice", after: page.cursor)
            #expect(page.changes.isEmpty, "and then no more")
            let id = try await bench.act(["action": "payment", "invoice": .string(made.native.id)])
            let payments = try await bench.poll("payment", after: page.cursor)
            #expect(
                payments.changes.map(\.native) == [
                    NativeReference(type: "Payment", id: id), ann.native, made.native,
                ])
            try await bench.act(["action": "delete", "type": "Payment", "id": .string(id)])
            let gone = try await bench.poll("deletions", after: page.cursor)
            #expect(gone.changes.map(\.native) == [NativeReference(type: "Payment", id: id)])
            guard case .gone? = try await bench.connector.read([gone.changes[0].native], session: bench.session).first
            else {
                Issue.record("a deleted payment is still there")
                return
            }
            try await bench.act([
                "action": "update", "type": "Customer", "id": .string(ann.native.id), "fields": ["Active": false],
            ])
            #expect(try await bench.poll("customer", after: page.cursor).changes.map(\.native) == [ann.native])
            let seen = try await bench.shown(ann.native, .customer)
            #expect(seen.isArchived)
            #expect(seen.fields["name"] == .set(.text("Ann Lee")))
        }
    }

    @Test("Hundreds of changes of one second are polled page by page, and none is passed over")
    func manyChanges() async throws {
        let world = SandboxWorld.quiet()
        try await QuickBooksOnlineBench.run(world: world) { bench in
            world.clock.set(world.clock.now(), frozen: true)
            let records: [JSON] = (0..<700).map {
                ["type": "Customer", "fields": ["DisplayName": .string("Customer \($0)")]]
            }
            try await bench.client.control("POST", "seed", ["records": .array(records)])
            var seen: Set<NativeReference> = []
            var cursor: String?
            var pages = 0
            while pages < 10 {
                let page = try await bench.poll("customer", after: cursor)
                seen.formUnion(page.changes.map(\.native))
                cursor = page.cursor
                pages += 1
                if !page.hasMore { break }
            }
            #expect(seen.count == 700)
            var objects: Set<NativeReference> = []
            var next: String?
            repeat {
                let page = try await bench.connector.page(of: "Customer", after: next, session: bench.session)
                objects.formUnion(page.objects.map(\.reference))
                next = page.next
            } while next != nil
            #expect(objects == seen)
            let found = try await bench.connector.read(seen.sorted(), session: bench.session)
            #expect(found.count == 700)
        }
    }
}
