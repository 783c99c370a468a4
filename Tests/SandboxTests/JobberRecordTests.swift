import SandboxKit
import SandboxSupport
import Testing

@Suite("Jobber sandbox: records")
struct JobberRecordTests {
    @Test("A client has phones and e-mails that are added, edited and deleted by their own ids")
    func clientDeltas() async throws {
        try await JobberBench.run { jobber in
            let id = try await jobber.makeClient([
                "firstName": "Ann", "lastName": "Lee", "phones": [["number": "555 010 0123"]],
                "emails": [["address": "ann@example.com"], ["address": "lee@example.com", "primary": true]],
            ])
            let query = """
                query($id: EncodedId!) { client(id: $id) {
                  name email phone emails { id address primary } phones { id number friendly normalizedPhoneNumber primary }
                } }
                """
            let before = try await jobber.data(query, ["id": .string(id)])["client"] ?? .null
            #expect(before["name"] == "Ann Lee")
            #expect(before["email"] == "lee@example.com")
            #expect(before["phones"]?.arrayValue?.first?["friendly"] == "(555) 010-0123")
            #expect(before["phones"]?.arrayValue?.first?["normalizedPhoneNumber"] == "+15550100123")
            let emails = before["emails"]?.arrayValue ?? []
            let edit = """
                mutation($id: EncodedId!, $i: ClientEditInput!) {
                  clientEdit(clientId: $id, input: $i) { client { emails { address primary } } userErrors { message } }
                }
                """
            let after = try await jobber.payload(
                edit,
                [
                    "id": .string(id),
                    "i": [
                        "emailsToEdit": [
                            ["id": emails[0]["id"] ?? .null, "address": "new@example.com", "primary": true]
                        ],
                        "emailsToDelete": [emails[1]["id"] ?? .null], "emailsToAdd": [["address": "more@example.com"]],
                    ],
                ])
            #expect(
                after["client"]?["emails"] == [
                    ["address": "new@example.com", "primary": true], ["address": "more@example.com", "primary": false],
                ])
            let missing = try await jobber.userErrors(
                edit, ["id": .string(id), "i": ["emailsToDelete": [emails[1]["id"] ?? .null]]])
            #expect(missing == ["The email to delete was not found"])
        }
    }

    @Test("What Jobber would refuse is refused with user errors, and nothing is written")
    func refusals() async throws {
        try await JobberBench.run { jobber in
            let create =
                "mutation($i: ClientCreateInput!) { clientCreate(input: $i) { client { id } userErrors { message path } } }"
            #expect(try await jobber.userErrors(create, ["i": ["title": "MR"]]).count == 1)
            #expect(
                try await jobber.userErrors(create, ["i": ["firstName": "A", "emails": [["address": "none"]]]])
                    == ["Email address is invalid"])
            let client = try await jobber.makeClient()
            let bare = """
                mutation($c: EncodedId!, $i: PropertyCreateInput!) {
                  propertyCreate(clientId: $c, input: $i) { properties { id } userErrors { message } } }
                """
            #expect(
                try await jobber.userErrors(bare, ["c": .string(client), "i": ["properties": [["address": [:]]]]])
                    == ["Address can't be blank"])
            let job =
                "mutation($i: JobCreateAttributes!) { jobCreate(input: $i) { job { id } userErrors { message } } }"
            let invoicing: JSON = ["invoicingType": "FIXED_PRICE", "invoicingSchedule": "NEVER"]
            #expect(
                try await jobber.userErrors(job, ["i": ["propertyId": .string(client), "invoicing": invoicing]])
                    == ["Property not found"])
            let property = try await jobber.makeProperty(of: client)
            let input: JSON = ["propertyId": .string(property), "invoicing": invoicing, "notes": [["pinned": true]]]
            #expect(
                try await jobber.userErrors(job, ["i": input]) == ["A note needs a message or an attachment"])
            let counts = try await jobber.client.control("GET", "counts")
            #expect(counts["Client"] == 1 && counts["Property"] == 1 && counts["Job"] == 0)
        }
    }

    @Test("Client search looks into custom fields when asked, and updatedAt filters find what changed after")
    func searchAndPoll() async throws {
        try await JobberBench.run { jobber in
            let configuration =
                try await jobber.payload(
                    """
                    mutation { customFieldConfigurationCreateText(input: {
                      appliesTo: ALL_CLIENTS, name: "Reference", transferable: false, readOnly: true
                    }) { customFieldConfiguration { id valueType } userErrors { message } } }
                    """)["customFieldConfiguration"]?["id"] ?? .null
            let field: JSON = ["customFieldConfigurationId": configuration, "valueText": "PL-77"]
            let tagged = try await jobber.makeClient(["firstName": "Tagged", "customFields": [field]])
            _ = try await jobber.makeClient(["firstName": "PL-77"])
            let search = """
                query($t: String, $f: [ClientSearchField!]) {
                  clients(searchTerm: $t, searchFields: $f, first: 10) { nodes { id } totalCount }
                }
                """
            let found = try await jobber.data(search, ["t": "pl-77", "f": ["CUSTOM_FIELDS"]])["clients"]
            #expect(found?["nodes"] == [["id": .string(tagged)]])
            #expect(try await jobber.data(search, ["t": "pl-77"])["clients"]?["totalCount"] == 1)

            jobber.advance(hours: 1)
            let edit =
                "mutation($id: EncodedId!) { clientEdit(clientId: $id, input: {lastName: \"Two\"}) { userErrors { message } } }"
            _ = try await jobber.payload(edit, ["id": .string(tagged)])
            let poll = """
                query($after: ISO8601DateTime) { clients(filter: {updatedAt: {after: $after}}, first: 10) {
                  nodes { id updatedAt customFields { ... on CustomFieldText { label valueText id } } } } }
                """
            let changed = try await jobber.data(poll, ["after": .string(JobberBench.start)])["clients"]?["nodes"]
            #expect(changed?.arrayValue?.count == 1)
            #expect(changed?.arrayValue?.first?["updatedAt"] == "2026-06-01T13:00:00Z")
            let value = changed?.arrayValue?.first?["customFields"]?.arrayValue?.first
            #expect(value?["label"] == "Reference" && value?["valueText"] == "PL-77")
        }
    }

    @Test("Pages follow cursors to the end, with the order that was asked for")
    func paging() async throws {
        try await JobberBench.run { jobber in
            for name in ["Cat", "Ann", "Eve", "Dan", "Bob"] {
                _ = try await jobber.makeClient(["firstName": .string(name)])
            }
            var names: [String] = []
            var after: JSON = nil
            repeat {
                let page = try await jobber.data(
                    """
                    query($after: String) { clients(first: 2, after: $after, sort: {key: FIRST_NAME, direction: DESCENDING}) {
                      edges { cursor node { firstName } } pageInfo { hasNextPage endCursor } totalCount } }
                    """, ["after": after])["clients"]
                names += page?["edges"]?.arrayValue?.compactMap { $0["node"]?["firstName"]?.stringValue } ?? []
                #expect(page?["totalCount"] == 5)
                after = page?["pageInfo"]?["hasNextPage"] == true ? page?["pageInfo"]?["endCursor"] ?? nil : nil
            } while !after.isNull
            #expect(names == ["Eve", "Dan", "Cat", "Bob", "Ann"])
        }
    }

    @Test("A quote is sent, approved at the client hub, and converted by the job that is made of it")
    func quoteToJob() async throws {
        try await JobberBench.run { jobber in
            let client = try await jobber.makeClient()
            let property = try await jobber.makeProperty(of: client)
            let tax = try await jobber.payload(
                "mutation { taxCreate(input: {name: \"State\", rate: 8.25}) { tax { id } userErrors { message } } }")
            let made =
                try await jobber.payload(
                    """
                    mutation($a: QuoteCreateAttributes!) { quoteCreate(attributes: $a) {
                      quote { id quoteNumber quoteStatus sentAt amounts { subtotal discountAmount taxAmount total }
                        lineItems { nodes { name totalPrice } } } userErrors { message } } }
                    """,
                    [
                        "a": [
                            "clientId": .string(client), "propertyId": .string(property),
                            "transitionQuoteTo": "AWAITING_RESPONSE",
                            "taxRateId": tax["tax"]?["id"] ?? .null, "discount": ["rate": 10, "type": "Percent"],
                            "lineItems": [
                                [
                                    "name": "Furnace", "quantity": 1, "unitPrice": 4000,
                                    "saveToProductsAndServices": true,
                                ],
                                [
                                    "name": "Permit", "quantity": 2, "unitPrice": .number(50.25), "taxable": false,
                                    "saveToProductsAndServices": false,
                                ],
                            ],
                        ]
                    ])["quote"] ?? .null
            #expect(made["quoteStatus"] == "awaiting_response")
            #expect(made["sentAt"] == .string(JobberBench.start))
            #expect(made["amounts"]?["subtotal"]?.doubleValue == 4100.5)
            #expect(made["amounts"]?["discountAmount"]?.doubleValue == 410.05)
            #expect(made["amounts"]?["taxAmount"]?.doubleValue == 297)
            #expect(made["amounts"]?["total"]?.doubleValue == 3987.45)
            let id = try #require(made["id"]?.stringValue)
            jobber.advance(hours: 2)
            _ = try await jobber.act(["action": "approve", "id": .string(id)])
            let query =
                "query($id: EncodedId!) { quote(id: $id) { quoteStatus lastTransitioned { approvedAt convertedAt } } }"
            let approved = try await jobber.data(query, ["id": .string(id)])["quote"]
            #expect(approved?["quoteStatus"] == "approved")
            #expect(approved?["lastTransitioned"]?["approvedAt"] == "2026-06-01T14:00:00Z")
            _ = try await jobber.makeJob(at: property, ["quoteId": .string(id)])
            let converted = try await jobber.data(query, ["id": .string(id)])["quote"]
            #expect(converted?["quoteStatus"] == "converted")
            #expect(converted?["lastTransitioned"]?["approvedAt"] == "2026-06-01T14:00:00Z")
            #expect(try await jobber.client.control("GET", "counts")["ProductOrService"] == 1)
        }
    }

    @Test("An invoice line's cost is its total, receipt closes it without a payment, and the due date passes")
    func invoices() async throws {
        try await JobberBench.run { jobber in
            let client = try await jobber.makeClient()
            let create = """
                mutation($i: InvoiceCreateInput!) { invoiceCreate(input: $i) { invoice {
                  id invoiceNumber invoiceStatus dueDate amounts { total invoiceBalance }
                  lineItems { nodes { unitPrice totalPrice } } } userErrors { message } } }
                """
            let input: JSON = [
                "clientId": .string(client), "dueDetails": ["invoiceNet": 30],
                "tax": ["taxCalculationMethod": "EXCLUSIVE"], "markSent": true,
                "lineItems": [["name": "Work", "quantity": 4, "cost": 1000]],
            ]
            let invoice = try await jobber.payload(create, ["i": input])["invoice"] ?? .null
            #expect(invoice["lineItems"]?["nodes"]?.arrayValue?.first?["unitPrice"]?.doubleValue == 250)
            #expect(invoice["amounts"]?["total"]?.doubleValue == 1000)
            #expect(invoice["invoiceStatus"] == "awaiting_payment")
            #expect(invoice["dueDate"] == "2026-07-01T12:00:00Z")
            let id = invoice["id"] ?? .null
            _ = try await jobber.act([
                "action": "pay", "id": id, "fields": ["amount": 400, "kind": "Check", "paymentType": "CHEQUE"],
            ])
            let query = """
                query($id: EncodedId!) { invoice(id: $id) { invoiceStatus amounts { paymentsTotal invoiceBalance } }
                  paymentRecords(first: 5) { nodes { __typename amount rawAmount ... on CheckPaymentRecord { checkNumber } } } }
                """
            let paid = try await jobber.data(query, ["id": id])
            #expect(paid["invoice"]?["amounts"]?["invoiceBalance"]?.doubleValue == 600)
            #expect(paid["paymentRecords"]?["nodes"]?.arrayValue?.first?["__typename"] == "CheckPaymentRecord")
            jobber.clock.advance(milliseconds: 40 * 86_400_000)
            #expect(try await jobber.data(query, ["id": id])["invoice"]?["invoiceStatus"] == "past_due")
            let close = """
                mutation($id: EncodedId!) { invoiceClose(id: $id, input: {closeOption: MARK_RECEIVED}) {
                  invoice { invoiceStatus amounts { paymentsTotal } } userErrors { message } } }
                """
            let closed = try await jobber.payload(close, ["id": id])["invoice"]
            #expect(closed?["invoiceStatus"] == "paid")
            #expect(closed?["amounts"]?["paymentsTotal"]?.doubleValue == 400)
        }
    }

    @Test("Every committed change is in the history with its native id, fields, actor and time")
    func history() async throws {
        try await JobberBench.run { jobber in
            let id = try await jobber.makeClient()
            jobber.advance(hours: 1)
            let edit = """
                mutation($id: EncodedId!) { a: clientEdit(clientId: $id, input: {lastName: "Lake"}) { userErrors { message } }
                  b: clientEdit(clientId: $id, input: {lastName: "Lake"}) { userErrors { message } } }
                """
            _ = try await jobber.data(edit, ["id": .string(id)])
            let history = try await jobber.client.control("GET", "history?kind=change&type=Client")
            let changes = (history["entries"] ?? history["changes"] ?? history)?.arrayValue ?? []
            #expect(changes.map { $0["operation"] } == ["create", "update"], "\(history)")
            #expect(changes.last?["fields"]?["lastName"] == ["old": "Lee", "new": "Lake"])
            #expect(changes.last?["id"] == .string(id))
            #expect(changes.last?["actor"] == "token:sandbox-client-id")
            #expect(changes.last?["at"] == "2026-06-01T13:00:00.000Z")
        }
    }
}
