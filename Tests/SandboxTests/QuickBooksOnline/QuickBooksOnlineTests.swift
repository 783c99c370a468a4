import Crypto
import Foundation
import SandboxKit
import SandboxQuickBooksOnline
import SandboxSupport
import Testing

@Suite("QuickBooks Online sandbox")
struct QuickBooksOnlineSandboxTests {
    private static let company = "/v3/company/9341453050298464"

    private func run(
        world: SandboxWorld = .quiet(), settings: SandboxSettings.Values = .lifted,
        _ body: @escaping @Sendable (SandboxClient) async throws -> Void
    ) async throws {
        try await withSandbox(QuickBooksOnlineSandbox.self, world: world, settings: settings) {
            try await body($0.client.authorized("qbo-sandbox"))
        }
    }

    private static func create(_ client: SandboxClient, _ kind: String, _ body: JSON, query: String = "") async throws
        -> JSON
    {
        let answer = try await client.send("POST", "\(company)/\(kind.lowercased())\(query)", body)
        #expect(answer.status == 200, "\(answer.json)")
        return answer.json[kind] ?? .null
    }

    private static func code(_ answer: SandboxAnswer) -> String? {
        answer.json["Fault"]?["Error"]?.arrayValue?.first?["code"]?.stringValue
    }

    private static func invoice(_ customer: JSON, amount: Int = 100, more: JSONObject = [:]) -> JSON {
        var object: JSONObject = [
            "CustomerRef": ["value": customer["Id"] ?? .null],
            "Line": [
                [
                    "Amount": .int(amount), "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": ["ItemRef": ["value": "1"]],
                ]
            ],
        ]
        for (key, value) in more { object[key] = value }
        return .object(object)
    }

    @Test("The same request id gives the first result, also after the answer was lost")
    func requestID() async throws {
        try await run { client in
            let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
            try await client.fault(["kind": "lose-answer"], method: "POST", path: "/v3/company/*/invoice")
            let path = "\(Self.company)/invoice?requestid=key-1"
            await #expect(throws: (any Error).self) { try await client.send("POST", path, Self.invoice(customer)) }
            let first = try await client.send("POST", path, Self.invoice(customer))
            let second = try await client.send("POST", path, Self.invoice(customer, amount: 999))
            #expect(first.json["Invoice"]?["Id"] == second.json["Invoice"]?["Id"])
            #expect(try await client.control("GET", "counts")["Invoice"] == 1)
            let other = try await client.send("POST", "\(Self.company)/invoice?requestid=key-2", Self.invoice(customer))
            #expect(other.json["Invoice"]?["Id"] != first.json["Invoice"]?["Id"])
        }
    }

    @Test("The bookkeeper records a payment: the balance falls and webhooks tell of both")
    func bookkeeper() async throws {
        let receiver = WebhookReceiver()
        try await receiver.serve { url in
            try await run { client in
                let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
                let invoice = try await Self.create(client, "Invoice", Self.invoice(customer))
                try await client.control("PUT", "webhooks/subscription", ["url": .string(url)])
                try await client.control(
                    "POST", "act",
                    [
                        "actions": [
                            [
                                "action": "payment", "invoice": invoice["Id"] ?? .null, "amount": "40.00",
                                "method": "check",
                            ]
                        ]
                    ])
                try await client.settleWebhooks()
                let id = invoice["Id"]?.stringValue ?? ""
                let read = try await client.send("GET", "\(Self.company)/invoice/\(id)").json["Invoice"]
                #expect(read?["Balance"] == 60)
                let types = receiver.received.flatMap { $0.json.arrayValue ?? [] }.compactMap {
                    $0["type"]?.stringValue
                }
                #expect(Set(types) == ["qbo.payment.created.v1", "qbo.invoice.updated.v1"])
            }
        }
    }

    @Test(
        "Webhooks come as CloudEvents or in the older body, signed with the verifier token",
        arguments: ["cloudevents", "notifications"])
    func webhooks(format: String) async throws {
        let receiver = WebhookReceiver()
        try await receiver.serve { url in
            try await run { client in
                try await client.control(
                    "PUT", "webhooks/subscription", ["url": .string(url), "format": .string(format)])
                let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
                try await client.settleWebhooks()
                let delivery = try #require(receiver.received.first)
                let key = SymmetricKey(data: Array("sandbox-verifier-token".utf8))
                let expected = Data(HMAC<SHA256>.authenticationCode(for: delivery.body, using: key))
                    .base64EncodedString()
                #expect(delivery.headers["intuit-signature"] == expected)
                if format == "cloudevents" {
                    let event = delivery.json.arrayValue?.first
                    #expect(event?["type"] == "qbo.customer.created.v1")
                    #expect(event?["intuitentityid"] == customer["Id"])
                    #expect(event?["intuitaccountid"] == "9341453050298464")
                } else {
                    let notification = delivery.json["eventNotifications"]?.arrayValue?.first
                    #expect(notification?["realmId"] == "9341453050298464")
                    let entity = notification?["dataChangeEvent"]?["entities"]?.arrayValue?.first
                    #expect(entity?["name"] == "Customer")
                    #expect(entity?["operation"] == "Create")
                }
            }
        }
    }

    @Test("Deleted entities appear in change data capture, and time is in whole seconds")
    func changes() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world) { client in
            world.clock.set(try #require(SandboxInstant(iso8601: "2026-11-21T08:00:00.900Z")), frozen: true)
            let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
            let invoice = try await Self.create(client, "Invoice", Self.invoice(customer))
            #expect(invoice["MetaData"]?["CreateTime"] == "2026-11-21T00:00:00-08:00")
            let body: JSON = ["Id": invoice["Id"] ?? .null, "SyncToken": "0"]
            let deleted = try await client.send("POST", "\(Self.company)/invoice?operation=delete", body)
            #expect(deleted.json["Invoice"]?["status"] == "Deleted")
            let path = "\(Self.company)/cdc?entities=Invoice,Payment&changedSince=2026-11-21T00:00:00-08:00"
            let answer = try await client.send("GET", path).json["CDCResponse"]?.arrayValue?.first?["QueryResponse"]?
                .arrayValue
            #expect(answer?.first?["Invoice"]?.arrayValue?.first?["status"] == "Deleted")
            #expect(answer?.last == [:])
            let id = invoice["Id"]?.stringValue ?? ""
            #expect(try await client.send("GET", "\(Self.company)/invoice/\(id)").status == 400)
        }
    }

    @Test("Closed books, wrong tax codes, foreign currencies and long texts are refused")
    func refusals() async throws {
        try await run { client in
            let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
            try await client.control("PATCH", "settings", ["closedThrough": "2026-01-31"])
            let path = "\(Self.company)/invoice"
            let cases: [(JSONObject, String)] = [
                (["TxnDate": "2026-01-15"], "6540"), (["CurrencyRef": ["value": "EUR"]], "6000"),
                (["DocNumber": "1234567890123456789012"], "2050"), (["Colour": "red"], "2010"), (["Line": []], "2020"),
                (["CustomField": [["DefinitionId": "4", "Type": "StringType", "StringValue": "x"]]], "6000"),
                (["CustomerRef": ["value": "777"]], "2500"), (["TxnDate": "soon"], "2090"),
            ]
            for (more, code) in cases {
                let refused = try await client.send("POST", path, Self.invoice(customer, more: more))
                #expect(refused.status == 400)
                #expect(Self.code(refused) == code, "\(more)")
            }
            var taxed = Self.invoice(customer)
            let detail: JSON = ["ItemRef": ["value": "1"], "TaxCodeRef": ["value": "7"]]
            taxed = .object([
                "CustomerRef": taxed["CustomerRef"] ?? .null,
                "Line": [["Amount": 1, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail]],
            ])
            #expect(Self.code(try await client.send("POST", path, taxed)) == "2500")
            #expect(try await client.control("GET", "counts")["Invoice"] == 0)
        }
    }

    @Test("Sales tax is computed on taxable lines only")
    func salesTax() async throws {
        try await run { client in
            try await client.control("PATCH", "settings", ["salesTaxPercent": "8.25"])
            let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
            func line(_ amount: Int, _ code: String) -> JSON {
                [
                    "Amount": .int(amount), "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": ["ItemRef": ["value": "1"], "TaxCodeRef": ["value": .string(code)]],
                ]
            }
            let body: JSON = [
                "CustomerRef": ["value": customer["Id"] ?? .null], "Line": [line(100, "TAX"), line(50, "NON")],
            ]
            let invoice = try await Self.create(client, "Invoice", body)
            #expect(invoice["TotalAmt"]?.decimalValue == Decimal(string: "158.25"))
            #expect(invoice["TxnTaxDetail"]?["TotalTax"]?.decimalValue == Decimal(string: "8.25"))
        }
    }

    @Test("A payment cannot exceed what is open, nor pay another customer's invoice")
    func payments() async throws {
        try await run { client in
            let ann = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
            let bob = try await Self.create(client, "Customer", ["DisplayName": "Bob"])
            let invoice = try await Self.create(client, "Invoice", Self.invoice(ann))
            func payment(_ customer: JSON, _ amount: Int) -> JSON {
                [
                    "CustomerRef": ["value": customer["Id"] ?? .null], "TotalAmt": .int(amount),
                    "Line": [
                        [
                            "Amount": .int(amount),
                            "LinkedTxn": [["TxnId": invoice["Id"] ?? .null, "TxnType": "Invoice"]],
                        ]
                    ],
                ]
            }
            #expect(Self.code(try await client.send("POST", "\(Self.company)/payment", payment(ann, 101))) == "6000")
            #expect(Self.code(try await client.send("POST", "\(Self.company)/payment", payment(bob, 50))) == "6000")
            let made = try await Self.create(client, "Payment", payment(ann, 100))
            let id = invoice["Id"]?.stringValue ?? ""
            #expect(try await client.send("GET", "\(Self.company)/invoice/\(id)").json["Invoice"]?["Balance"] == 0)
            let gone: JSON = ["Id": made["Id"] ?? .null, "SyncToken": made["SyncToken"] ?? .null]
            #expect(try await client.send("POST", "\(Self.company)/payment?operation=delete", gone).status == 200)
            #expect(try await client.send("GET", "\(Self.company)/invoice/\(id)").json["Invoice"]?["Balance"] == 100)
        }
    }

    @Test("An item's stock falls with what is invoiced")
    func stock() async throws {
        try await run { client in
            let item = try await Self.create(
                client, "Item",
                [
                    "Name": "Shingle", "Type": "Inventory", "QtyOnHand": 10, "InvStartDate": "2026-01-01",
                    "UnitPrice": 5,
                    "IncomeAccountRef": ["value": "2"], "ExpenseAccountRef": ["value": "3"],
                    "AssetAccountRef": ["value": "4"],
                ])
            let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
            let detail: JSON = ["ItemRef": ["value": item["Id"] ?? .null], "Qty": 4, "UnitPrice": 5]
            _ = try await Self.create(
                client, "Invoice",
                [
                    "CustomerRef": ["value": customer["Id"] ?? .null],
                    "Line": [["Amount": 20, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail]],
                ])
            let id = item["Id"]?.stringValue ?? ""
            #expect(try await client.send("GET", "\(Self.company)/item/\(id)").json["Item"]?["QtyOnHand"] == 6)
        }
    }

    @Test("An invoice made from an estimate closes it")
    func estimates() async throws {
        try await run { client in
            let customer = try await Self.create(client, "Customer", ["DisplayName": "Ann"])
            let estimate = try await Self.create(client, "Estimate", Self.invoice(customer))
            let link: JSONObject = ["LinkedTxn": [["TxnId": estimate["Id"] ?? .null, "TxnType": "Estimate"]]]
            _ = try await Self.create(client, "Invoice", Self.invoice(customer, more: link))
            let id = estimate["Id"]?.stringValue ?? ""
            #expect(
                try await client.send("GET", "\(Self.company)/estimate/\(id)").json["Estimate"]?["TxnStatus"]
                    == "Closed")
        }
    }

    @Test("Requests above the limit of a minute are throttled")
    func throttling() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world, settings: .init()) { client in
            world.clock.set(world.clock.now(), frozen: true)
            try await client.control("PATCH", "settings", ["requestsPerMinute": 2])
            let path = "\(Self.company)/companyinfo/9341453050298464"
            let statuses = try await (0..<3).asyncMap { _ in try await client.send("GET", path).status }
            #expect(statuses == [200, 200, 429])
            #expect(Self.code(try await client.send("GET", path)) == "3001")
            world.clock.advance(milliseconds: 60_000)
            #expect(try await client.send("GET", path).status == 200)
        }
    }

    @Test("Tokens expire after an hour, and the previous refresh token after its grace")
    func tokens() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world) { client in
            let issued = try await client.control("POST", "tokens/issue", [:])
            let mine = client.authorized(issued["accessToken"]?.stringValue ?? "")
            let path = "\(Self.company)/preferences"
            #expect(try await mine.send("GET", path).status == 200)
            world.clock.advance(milliseconds: 3_600_000)
            let expired = try await mine.send("GET", path)
            #expect(expired.status == 401)
            #expect(Self.code(expired) == "3200")
            let basic = "Basic " + Data("sandbox-client-id:sandbox-client-secret".utf8).base64EncodedString()
            let first = issued["refreshToken"]?.stringValue ?? ""
            func refresh(_ token: String) async throws -> SandboxAnswer {
                try await SandboxClient(baseURL: client.baseURL).sendForm(
                    "/oauth2/v1/tokens/bearer", [("grant_type", "refresh_token"), ("refresh_token", token)],
                    headers: ["authorization": basic])
            }
            let rolled = try await refresh(first)
            #expect(rolled.status == 200)
            #expect(rolled.json["refresh_token"]?.stringValue != first)
            #expect(try await refresh(first).status == 200)
            world.clock.advance(milliseconds: 61_000)
            let stale = try await refresh(first)
            #expect(stale.status == 400)
            #expect(stale.json["error"] == "invalid_grant")
        }
    }

    @Test("Another company's token is forbidden")
    func realms() async throws {
        try await run { client in
            let issued = try await client.control("POST", "tokens/issue", ["realm": "123"])
            let other = client.authorized(issued["accessToken"]?.stringValue ?? "")
            #expect(try await other.send("GET", "\(Self.company)/preferences").status == 403)
            #expect(try await other.send("GET", "/v3/company/123/preferences").status == 200)
        }
    }

    @Test("Thousands of customers are loaded in one call and found by query")
    func bulk() async throws {
        try await run { client in
            let records: [JSON] = (0..<3_000).map {
                ["type": "Customer", "fields": ["DisplayName": .string("Customer \($0)")]]
            }
            let ids = try await client.control("POST", "seed", ["records": .array(records)])
            #expect(ids["ids"]?.arrayValue?.count == 3_000)
            let query = "select count(*) from Customer where DisplayName like 'Customer 2%'"
            let answer = try await client.send(
                "POST", "\(Self.company)/query", bytes: Array(query.utf8), contentType: "application/text")
            #expect(answer.json["QueryResponse"]?["totalCount"] == 1_111)
        }
    }
}
