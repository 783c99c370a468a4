import SandboxHubSpot
import SandboxKit
import SandboxSupport
import Testing

@Suite("HubSpot sandbox: API")
struct HubSpotAPITests {
    private func run(
        world: SandboxWorld = .quiet(), settings: SandboxSettings.Values = .lifted,
        _ body: @escaping @Sendable (SandboxClient) async throws -> Void
    ) async throws {
        try await withSandbox(HubSpotSandbox.self, world: world, settings: settings) {
            try await body($0.client.authorized("pat-na1-sandbox"))
        }
    }

    @Test("Requests above the burst are refused with the vendor's headers and body, until the window has passed")
    func burst() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world, settings: .init()) { client in
            world.clock.set(world.clock.now(), frozen: true)
            try await client.control("PATCH", "settings", ["privateBurst": 3])
            let statuses = try await (0..<4).asyncMap { _ in
                try await client.send("GET", "/crm/v3/objects/deals").status
            }
            #expect(statuses == [200, 200, 200, 429])
            let refused = try await client.send("GET", "/crm/v3/objects/deals")
            #expect(refused.json["policyName"] == "TEN_SECONDLY_ROLLING")
            #expect(refused.headers["x-hubspot-ratelimit-remaining"] == "0")
            world.clock.advance(milliseconds: 10_000)
            let again = try await client.send("GET", "/crm/v3/objects/deals")
            #expect(again.status == 200)
            #expect(again.headers["x-hubspot-ratelimit-max"] == "3")
        }
    }

    @Test("Searches have their own limit in a second and no rate headers")
    func searchLimit() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world, settings: .init()) { client in
            world.clock.set(world.clock.now(), frozen: true)
            var statuses: [Int] = []
            for _ in 0..<6 {
                let answer = try await client.send("POST", "/crm/v3/objects/deals/search", [:])
                statuses.append(answer.status)
                #expect(answer.headers["x-hubspot-ratelimit-max"] == nil)
            }
            #expect(statuses == [200, 200, 200, 200, 200, 429])
        }
    }

    @Test("A search sees a change only after the index lag")
    func indexLag() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world) { client in
            world.clock.set(world.clock.now(), frozen: true)
            try await client.control("PATCH", "settings", ["indexLagMilliseconds": 5_000])
            let id = try await client.send("POST", "/crm/v3/objects/companies", ["properties": ["name": "Old"]]).json[
                "id"]
            func names() async throws -> [JSON?] {
                let answer = try await client.send("POST", "/crm/v3/objects/companies/search", ["properties": ["name"]])
                return answer.json["results"]?.arrayValue?.map { $0["properties"]?["name"] } ?? []
            }
            #expect(try await names().isEmpty)
            world.clock.advance(milliseconds: 5_000)
            #expect(try await names() == ["Old"])
            let path = "/crm/v3/objects/companies/\(id?.stringValue ?? "")"
            _ = try await client.send("PATCH", path, ["properties": ["name": "New"]])
            #expect(try await names() == ["Old"])
            #expect(try await client.send("GET", path).json["properties"]?["name"] == "New")
            world.clock.advance(milliseconds: 5_000)
            #expect(try await names() == ["New"])
        }
    }

    @Test("Search operators, times and the ceiling of ten thousand")
    func search() async throws {
        try await run { client in
            let records: [JSON] = (0..<300).map {
                ["type": "deals", "properties": ["dealname": .string("Deal \($0)"), "amount": .string("\($0 * 10)")]]
            }
            try await client.control("POST", "seed", ["records": .array(records)])
            func total(_ filters: JSON) async throws -> Int? {
                let body: JSON = ["filterGroups": [["filters": filters]], "limit": "1"]
                return try await client.send("POST", "/crm/v3/objects/deals/search", body).json["total"]?.intValue
            }
            #expect(try await total([["propertyName": "amount", "operator": "GTE", "value": "2900"]]) == 10)
            #expect(
                try await total([["propertyName": "amount", "operator": "BETWEEN", "value": "100", "highValue": "190"]])
                    == 10)
            #expect(
                try await total([["propertyName": "dealname", "operator": "IN", "values": ["deal 1", "deal 2"]]]) == 2)
            #expect(try await total([["propertyName": "closedate", "operator": "NOT_HAS_PROPERTY"]]) == 300)
            #expect(
                try await total([
                    ["propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "2020-01-01T00:00:00-08:00"]
                ]) == 300)
            #expect(
                try await total([["propertyName": "hs_lastmodifieddate", "operator": "LT", "value": "1577836800000"]])
                    == 0)
            for bad in [
                ["limit": 201], ["after": "10000", "limit": 1],
                ["filterGroups": [["filters": [["propertyName": "colour", "operator": "EQ", "value": "red"]]]]],
                ["filterGroups": [["filters": [["propertyName": "amount", "operator": "ABOUT", "value": "1"]]]]],
            ] as [JSON] {
                #expect(try await client.send("POST", "/crm/v3/objects/deals/search", bad).status == 400)
            }
        }
    }

    @Test("Tokens expire, lack scopes, or are unknown, each with its own answer")
    func tokens() async throws {
        let world = SandboxWorld.quiet()
        try await run(world: world) { client in
            let issued = try await client.control(
                "POST", "tokens/issue", ["scopes": ["crm.objects.contacts.read"], "expiresInSeconds": 60])
            let limited = client.authorized(issued["accessToken"]?.stringValue ?? "")
            #expect(try await limited.send("GET", "/crm/v3/objects/contacts").status == 200)
            let missing = try await limited.send("GET", "/crm/v3/objects/deals")
            #expect(missing.status == 403)
            #expect(missing.json["category"] == "MISSING_SCOPES")
            world.clock.advance(milliseconds: 61_000)
            let expired = try await limited.send("GET", "/crm/v3/objects/contacts")
            #expect(expired.status == 401)
            #expect(expired.json["category"] == "EXPIRED_AUTHENTICATION")
            let unknown = try await client.authorized("who").send("GET", "/crm/v3/objects/contacts")
            #expect(unknown.json["category"] == "INVALID_AUTHENTICATION")
            #expect(
                try await SandboxClient(baseURL: client.baseURL).send("GET", "/crm/v3/objects/contacts").status == 401)
        }
    }

    @Test("A batch without trace ids is all or nothing")
    func atomicBatch() async throws {
        try await run { client in
            _ = try await client.send("POST", "/crm/v3/objects/contacts", ["properties": ["email": "ann@example.com"]])
            let body: JSON = [
                "inputs": [["properties": ["email": "bob@example.com"]], ["properties": ["email": "ann@example.com"]]]
            ]
            let refused = try await client.send("POST", "/crm/v3/objects/contacts/batch/create", body)
            #expect(refused.status == 409)
            #expect(try await client.control("GET", "counts")["contacts"] == 1)
            #expect(try await client.control("GET", "history/counts")["changes"]?["contacts"]?["create"] == 1)
        }
    }

    @Test("Contacts follow their changes by lastmodifieddate, all others by hs_lastmodifieddate")
    func modifiedProperties() async throws {
        try await run { client in
            let contact = try await client.send(
                "POST", "/crm/v3/objects/contacts", ["properties": ["email": "a@example.com"]])
            #expect(contact.json["properties"]?["lastmodifieddate"] != nil)
            #expect(contact.json["properties"]?["hs_lastmodifieddate"] == nil)
            let company = try await client.send("POST", "/crm/v3/objects/companies", ["properties": ["name": "A"]])
            #expect(company.json["properties"]?["hs_lastmodifieddate"] != nil)
        }
    }

    @Test("A quote's amount follows its lines, and it is published only with a deal and a template")
    func quotes() async throws {
        try await run { client in
            func create(_ type: String, _ properties: JSON, _ associations: JSON = []) async throws -> JSON {
                let answer = try await client.send(
                    "POST", "/crm/v3/objects/\(type)", ["properties": properties, "associations": associations])
                #expect(answer.status == 201, "\(answer.json)")
                return answer.json["id"] ?? .null
            }
            func link(_ id: JSON, _ type: Int) -> JSON {
                [
                    "to": ["id": id],
                    "types": [["associationCategory": "HUBSPOT_DEFINED", "associationTypeId": .int(type)]],
                ]
            }
            let line = try await create(
                "line_items", ["name": "Shingles", "quantity": "4", "price": "25.25", "discount": "0.25"])
            let quote = try await create(
                "quotes", ["hs_title": "Roof", "hs_expiration_date": "2027-01-31"], [link(line, 67)])
            let path = "/crm/v3/objects/quotes/\(quote.stringValue ?? "")"
            let shown = try await client.send("GET", path)
            #expect(shown.json["properties"]?["hs_quote_amount"] == "100")
            #expect(shown.json["properties"]?["hs_status"] == "DRAFT")
            let publish: JSON = ["properties": ["hs_status": "APPROVAL_NOT_NEEDED"]]
            #expect(try await client.send("PATCH", path, publish).status == 400)
            let deal = try await create("deals", ["dealname": "Roof"])
            let template = try await client.send("GET", "/crm/v3/objects/quote_template").json["results"]?.arrayValue?
                .first?["id"]
            for (type, id, kind) in [("deals", deal, 64), ("quote_template", template ?? .null, 286)] {
                let target =
                    "/crm/v4/objects/quotes/\(quote.stringValue ?? "")/associations/\(type)/\(id.stringValue ?? "")"
                let types: JSON = [["associationCategory": "HUBSPOT_DEFINED", "associationTypeId": .int(kind)]]
                #expect(try await client.send("PUT", target, types).status == 201)
            }
            #expect(try await client.send("PATCH", path, publish).status == 200)
        }
    }

    @Test("Custom objects are refused below Enterprise")
    func tiers() async throws {
        try await run { client in
            let schema: JSON = [
                "name": "site", "labels": ["singular": "Site", "plural": "Sites"], "requiredProperties": ["name"],
                "properties": [["name": "name", "label": "Name", "type": "string", "fieldType": "text"]],
                "associatedObjects": ["deals"],
            ]
            #expect(try await client.send("POST", "/crm-object-schemas/v3/schemas", schema).status == 403)
            try await client.control("PATCH", "settings", ["tier": "enterprise"])
            #expect(try await client.send("POST", "/crm-object-schemas/v3/schemas", schema).status == 201)
            #expect(
                try await client.send("POST", "/crm/v3/objects/site", ["properties": ["name": "12 Elm"]]).status == 201)
        }
    }

    @Test(
        "Dates, options and texts are checked",
        arguments: [
            ("quotes", "hs_expiration_date", "2026-11-21T05:00:00Z"), ("deals", "amount", "ten"),
            ("contacts", "email", "nobody"), ("tickets", "hs_ticket_priority", "EXTREME"),
            ("deals", "hubspot_owner_id", "1"),
        ])
    func validation(type: String, property: String, value: String) async throws {
        try await run { client in
            let answer = try await client.send(
                "POST", "/crm/v3/objects/\(type)", ["properties": .object([property: .string(value)])])
            #expect(answer.status == 400)
            #expect(answer.json["category"] == "VALIDATION_ERROR")
            #expect(answer.json["errors"]?.arrayValue?.first?["context"]?["propertyName"] == [.string(property)])
        }
    }

    @Test("Bodies that are not JSON objects are refused")
    func bodies() async throws {
        try await run { client in
            let path = "/crm/v3/objects/contacts"
            for text in ["", "{", "[]", "{\"properties\": []}", "{\"properties\": {\"email\": [1]}}"] {
                let answer = try await client.send(
                    "POST", path, bytes: Array(text.utf8), contentType: "application/json")
                #expect(answer.status == 400, "\(text)")
            }
            let form = try await client.send("POST", path, bytes: Array("a=b".utf8), contentType: "text/plain")
            #expect(form.status == 415)
        }
    }

    @Test("Thousands of records are loaded in one call")
    func bulk() async throws {
        try await run { client in
            let records: [JSON] = (0..<5_000).map {
                ["type": "companies", "properties": ["name": .string("Company \($0)")]]
            }
            let ids = try await client.control("POST", "seed", ["records": .array(records)])
            #expect(ids["ids"]?.arrayValue?.count == 5_000)
            #expect(try await client.control("GET", "counts")["companies"] == 5_000)
        }
    }
}

extension Sequence where Self: Sendable {
    /// The results of an asynchronous call for each element, one after the other.
    func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
