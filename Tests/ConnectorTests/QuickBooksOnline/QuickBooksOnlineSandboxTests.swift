import CanonicalModel
import ConnectorKit
import QuickBooksOnline
import SandboxKit
import SandboxSupport
import SyncCore
import Testing

@Suite("QuickBooks Online: customers and sites against the sandbox")
struct QuickBooksOnlineSandboxTests {
    private typealias Fixture = QuickBooksOnlineFixture

    private static let details: Patch = [
        "name": .set(.text("Ann: Lee")), "legal_name": .set(.text("Lee Estates LLC")),
        "phone": .set(.text("555-0100")), "email": .set(.text("ann@example.com")),
        "billing_address": .set(
            .address(PostalAddress(line1: "1 Oak St", line2: "Unit 2", city: "Austin", region: "TX"))),
    ]

    @Test("A customer is read back as it was written, is changed sparsely, and loses what is cleared")
    func customer() async throws {
        try await QuickBooksOnlineBench.run { bench in
            let made = try await bench.send(Fixture.write(.customer, changes: Self.details))
            var seen = try await bench.shown(made.native, .customer)
            for (field, value) in Self.details { #expect(seen.fields[field] == value, "\(field)") }
            #expect(seen.versionToken == made.versionToken)
            let changed = try await bench.send(
                Fixture.write(
                    .customer, native: made.native, changes: ["phone": .clear, "billing_address": .clear],
                    version: made.versionToken))
            #expect(changed.versionToken != made.versionToken)
            seen = try await bench.shown(made.native, .customer)
            #expect(seen.fields["phone"] == .clear)
            #expect(seen.fields["billing_address"] == .clear)
            #expect(seen.fields["legal_name"] == Self.details["legal_name"])
            let again = try await bench.send(
                Fixture.write(.customer, native: made.native, changes: ["phone": .set(.text("1"))]))
            #expect(again.versionToken != changed.versionToken, "without a version the newest is read first")
        }
    }

    @Test("A version that is not the newest is stale, and nothing is overwritten")
    func stale() async throws {
        try await QuickBooksOnlineBench.run { bench in
            let made = try await bench.customer("Ann Lee")
            try await bench.act([
                "action": "update", "type": "Customer", "id": .string(made.native.id), "fields": ["CompanyName": "Lee"],
            ])
            let fault = try await bench.fault(
                Fixture.write(
                    .customer, native: made.native, changes: ["legal_name": .set(.text("x"))],
                    version: made.versionToken))
            #expect(fault.failureClass == .stale)
            #expect(try await bench.shown(made.native, .customer).fields["legal_name"] == .set(.text("Lee")))
        }
    }

    @Test("A name that somebody has is written with our digits, and never joins the other")
    func duplicateName() async throws {
        try await QuickBooksOnlineBench.run { bench in
            try await bench.act(["type": "Vendor", "fields": ["DisplayName": "Ann Lee"]])
            let made = try await bench.customer("Ann Lee")
            #expect(try await bench.record(made.native)["DisplayName"] == "Ann Lee [099a8057]")
            #expect(try await bench.shown(made.native, .customer).fields["name"] == .set(.text("Ann Lee")))
            let bob = try await bench.customer("Bob", record: Fixture.other, key: "c-2")
            #expect(bob.native != made.native)
            let renamed = try await bench.send(
                Fixture.write(
                    .customer, record: Fixture.other, native: bob.native, changes: ["name": .set(.text("Ann Lee"))],
                    version: bob.versionToken))
            #expect(try await bench.record(renamed.native)["DisplayName"] == "Ann Lee [11223344]")
            #expect(try await bench.count("Customer") == 2)
        }
    }

    @Test(
        "A create whose answer is lost is made once: under its own name, or under the one with our digits (R13.3)",
        arguments: [false, true])
    func lostAnswer(isTaken: Bool) async throws {
        try await QuickBooksOnlineBench.run { bench in
            if isTaken { try await bench.act(["type": "Employee", "fields": ["DisplayName": "Ann Lee"]]) }
            let prepared = try bench.connector.prepare(
                Fixture.write(.customer, changes: ["name": .set(.text("Ann Lee"))]))
            // The plain name is refused where it is taken; then it is the answer to the second request that is lost.
            try await bench.client.control(
                "POST", "faults",
                [
                    "effect": ["kind": "lose-answer"], "method": "POST", "path": "/v3/company/*/customer",
                    "skip": .int(isTaken ? 1 : 0),
                ])
            guard case .unknown? = await bench.connector.send([prepared], session: bench.session).first else {
                Issue.record("the outcome is known")
                return
            }
            #expect(try await bench.count("Customer") == 1)
            guard case .found(let found) = try await bench.connector.lookUp(prepared, session: bench.session),
                case .found(let second) = try await bench.connector.lookUp(prepared, session: bench.session)
            else {
                Issue.record("the look-up does not settle the attempt")
                return
            }
            #expect(found == second)
            #expect(try await bench.count("Customer") == 1)
            #expect(
                try await bench.record(found)["DisplayName"] == (isTaken ? "Ann Lee [099a8057]" : "Ann Lee"))
        }
    }

    @Test("A customer bears our id, and is found by it whatever ordinal the key of the request had (R13.3)")
    func lostOrdinal() async throws {
        try await QuickBooksOnlineBench.run { bench in
            let made = try await bench.customer("Ann Lee", key: "c-2")
            #expect(try await bench.shown(made.native, .customer).externalID == Fixture.record)
            let again = try bench.connector.prepare(
                Fixture.write(.customer, changes: ["name": .set(.text("Ann Lee"))], key: "c-1"))
            guard case .found(let found) = try await bench.connector.lookUp(again, session: bench.session) else {
                Issue.record("the customer was not found")
                return
            }
            #expect(found == made.native)
            #expect(try await bench.count("Customer") == 1)
        }
    }

    @Test(
        "Customers of many attempts are looked for ten by a query, none is taken for another, and none made twice (R13.3)"
    )
    func manyAttempts() async throws {
        try await QuickBooksOnlineBench.run { bench in
            let records = (0..<12).map {
                CanonicalID(high: Fixture.record.high, low: 0x8000_0000_0000_0001 + UInt64($0))
            }
            // The first three were made in spite of their lost answers; the fourth's name is somebody else's.
            var made: [NativeReference] = []
            for place in 0..<3 {
                made.append(
                    try await bench.customer("Customer \(place)", record: records[place], key: "lost-\(place)").native)
            }
            let other = try await bench.customer("customer 3", key: "other")
            let attempts = try records.enumerated().map { place, record in
                try bench.connector.prepare(
                    Fixture.write(
                        .customer, record: record, changes: ["name": .set(.text("Customer \(place)"))],
                        key: "c-\(place)"))
            }
            try await bench.client.control("DELETE", "history")
            let results = try await bench.connector.lookUp(attempts, session: bench.session).map { try $0.get() }
            var natives: [NativeReference] = []
            for result in results { if case .found(let native) = result { natives.append(native) } }
            #expect(Array(natives.prefix(3)) == made)
            #expect(Set(natives).count == 12 && !natives.contains(other.native))
            #expect(try await bench.count("Customer") == 13)
            let history = try await bench.client.control("GET", "history?kind=request&target=/query")
            #expect(history["entries"]?.arrayValue?.count == 2)
            let again = try await bench.connector.lookUp(attempts, session: bench.session).map { try $0.get() }
            #expect(again.count == 12)
            #expect(try await bench.count("Customer") == 13)
        }
    }

    @Test("A limit during the look-up leaves the attempt open; a refusal is the caller's to hear")
    func lookUpFaults() async throws {
        try await QuickBooksOnlineBench.run { bench in
            let prepared = try bench.connector.prepare(
                Fixture.write(.customer, changes: ["name": .set(.text("Ann Lee"))]))
            try await bench.client.fault(["kind": "rate-limited"], method: "POST", path: "/v3/company/*/customer")
            await #expect(throws: ConnectorFault.self) {
                try await bench.connector.lookUp(prepared, session: bench.session)
            }
            let refused = try bench.connector.prepare(
                Fixture.write(
                    .customer, changes: ["name": .set(.text("Bob")), "email": .set(.text("nonsense"))], key: "c-2"))
            guard case .repeatRequest = try await bench.connector.lookUp(refused, session: bench.session) else {
                Issue.record("a refused request was found")
                return
            }
            let fault = try await bench.fault(refused.write)
            #expect(fault.fields == ["email"])
        }
    }

    @Test("Several updates go as batches; one bad item, one taken name and one stale version are each alone")
    func batch() async throws {
        try await QuickBooksOnlineBench.run { bench in
            var writes: [OutboundWrite] = []
            for number in 0..<33 {
                let made = try await bench.customer("Customer \(number)", key: "c-\(number)")
                writes.append(
                    Fixture.write(
                        .customer, native: made.native, changes: ["phone": .set(.text("555-01\(number)"))],
                        version: number == 5 ? "7" : made.versionToken))
            }
            writes[3].changes = ["email": .set(.text("nonsense"))]
            writes[4].changes = ["name": .set(.text("Customer 9"))]
            let outcomes = try await bench.outcomes(writes)
            for (place, outcome) in outcomes.enumerated() {
                switch (place, outcome) {
                case (3, .failed(let fault)): #expect(fault.fields == ["email"])
                case (5, .failed(let fault)): #expect(fault.failureClass == .stale)
                case (_, .done(let receipt)): #expect(receipt.native == writes[place].native)
                default: Issue.record("\(place): \(outcome)")
                }
            }
            let last = try #require(writes.last?.native)
            #expect(try await bench.shown(last, .customer).fields["phone"] == .set(.text("555-0132")))
            let history = try await bench.client.control("GET", "history?kind=request&target=/batch")
            #expect(history["entries"]?.arrayValue?.count ?? history.arrayValue?.count == 2)
        }
    }

    @Test("A lost answer to a batch leaves all of it open, and the repeats change nothing twice")
    func lostBatch() async throws {
        try await QuickBooksOnlineBench.run { bench in
            var prepared: [PreparedWrite] = []
            for number in 0..<2 {
                let made = try await bench.customer("Customer \(number)", key: "c-\(number)")
                prepared.append(
                    try bench.connector.prepare(
                        Fixture.write(
                            .customer, native: made.native, changes: ["phone": .set(.text("1"))],
                            version: made.versionToken)))
            }
            try await bench.client.fault(["kind": "lose-answer"], method: "POST", path: "/v3/company/*/batch")
            let outcomes = await bench.connector.send(prepared, session: bench.session)
            for outcome in outcomes {
                guard case .unknown = outcome else {
                    Issue.record("the outcome is known: \(outcome)")
                    return
                }
            }
            guard
                case .failed(let fault)? = await bench.connector.send([prepared[0]], session: bench.session).first
            else {
                Issue.record("the repeat was not refused")
                return
            }
            #expect(fault.failureClass == .stale, "it had been carried out; the record is read again")
        }
    }

    @Test("The first site is the customer's shipping address, the second a sub-customer, and both are read back")
    func sites() async throws {
        try await QuickBooksOnlineBench.run { bench in
            let made = try await bench.customer("Ann Lee")
            func site(_ street: String) -> Patch {
                [
                    "customer": Fixture.customer(made.native.id),
                    "address": .set(.address(PostalAddress(line1: street, city: "Austin"))),
                ]
            }
            try await bench.send(Fixture.write(.site, native: made.native, changes: site("7 Elm St")))
            let second = try await bench.send(
                Fixture.write(.site, record: Fixture.other, changes: site("9 Fir St"), key: "s-1"))
            #expect(second.native != made.native)
            for (native, street) in [(made.native, "7 Elm St"), (second.native, "9 Fir St")] {
                let seen = try await bench.shown(native, .site)
                for (field, value) in site(street) { #expect(seen.fields[field] == value, "\(field)") }
            }
            let nothing = try await bench.send(
                Fixture.write(.site, native: made.native, changes: ["customer": Fixture.customer(made.native.id)]))
            #expect(nothing.versionToken == (try await bench.record(made.native)["SyncToken"]?.stringValue))
        }
    }

    @Test("A token that has expired is a fault of the credentials, another company's realm too")
    func credentials() async throws {
        try await QuickBooksOnlineBench.run { bench in
            try await bench.connector.prepareAccount(webhookURL: nil, session: bench.session)
            try await bench.client.fault(["kind": "expired-token"], path: "/v3/company/*/companyinfo/*")
            let expired = try await #require(throws: ConnectorFault.self) {
                try await bench.connector.prepareAccount(webhookURL: nil, session: bench.session)
            }
            #expect(expired.failureClass == .authentication)
            #expect(expired.code == "3200")
            let foreign = try QuickBooksOnlineConnector(Fixture.declaration(realm: "123"))
            let refused = try await #require(throws: ConnectorFault.self) {
                try await foreign.prepareAccount(webhookURL: nil, session: bench.session)
            }
            #expect(refused.code == "3100")
            var euro = Fixture.declaration()
            euro.currency = CurrencyCode("EUR")!
            let currency = try await #require(throws: ConnectorFault.self) {
                try await QuickBooksOnlineConnector(euro).prepareAccount(webhookURL: nil, session: bench.session)
            }
            #expect(currency.code == "home_currency")
        }
    }
}
