import CanonicalModel
import ConnectorKit
import HubSpot

/// A connector, and objects as HubSpot answers them, written from its documented shapes.
enum HubSpotFixture {
    static let declaration = ConnectionDeclaration(
        id: ConnectionID("hubspot"), vendor: "hubspot", role: .crm, baseURL: "http://127.0.0.1")

    static func connector(overlay: JSONValue = .object(JSONObject())) throws -> HubSpotConnector {
        var declaration = declaration
        declaration.overlay = overlay
        return try HubSpotConnector(declaration)
    }

    static func object(
        _ type: String, _ id: String, _ properties: JSONValue, history: JSONValue = .null,
        with associations: [String: [String]] = [:], labels: [String: [String]] = [:], lines: [JSONValue] = [],
        archived: Bool = false
    ) -> NativeObject {
        var body: JSONValue = [
            "object": [
                "id": .string(id), "properties": properties, "propertiesWithHistory": history,
                "updatedAt": "2026-03-02T15:00:00.000Z", "archived": .bool(archived),
            ]
        ]
        for (name, ids) in associations { body[name] = .array(ids.map(JSONValue.string)) }
        for (id, words) in labels { body["labels"][id] = .array(words.map(JSONValue.string)) }
        if !lines.isEmpty { body["lines"] = .array(lines) }
        return NativeObject(reference: NativeReference(type: type, id: id), body: body)
    }

    static let company = object(
        "company", "101",
        [
            "name": " Miller Family ", "phone": "+1 312 555 0100", "domain": "", "address": "1 Oak Street",
            "city": "Chicago", "state": "IL", "zip": "60601", "country": "US", "plumbline_balance": "120.50",
            "plumbline_id": "01a1fb67-1800-7000-8000-000000000001",
        ], with: ["contact": ["2002", "201"]])

    static let deal = object(
        "deal", "301",
        [
            "dealname": "New roof", "dealstage": "contractsent", "amount": "1000", "deal_currency_code": "USD",
            "closedate": "2026-04-01T00:00:00Z", "plumbline_job_status": "scheduled",
            "plumbline_scheduled_start": "2026-03-10T14:00:00Z", "plumbline_scheduled_end": "2026-03-10T18:00:00Z",
            "plumbline_time_zone": "America/Chicago", "plumbline_crew": "Ann;Bob",
        ],
        history: [
            "dealstage": [
                ["value": "contractsent", "timestamp": "2026-03-01T10:00:00Z"],
                ["value": "qualifiedtobuy", "timestamp": "2026-02-01T10:00:00Z"],
            ]
        ], with: ["company": ["101"], "contact": ["201"]])

    static let quote = object(
        "quote", "401", ["hs_title": "Roof", "hs_status": "APPROVED", "hs_quote_number": "Q-1"],
        history: ["hs_status": [["value": "APPROVED", "timestamp": "2026-03-02T09:00:00Z"]]],
        with: ["deal": ["301"], "company": ["101"], "line_item": ["502", "501"]],
        lines: [
            line("502", "Labor", quantity: "2.5", price: "80", kind: "labor", position: "1"),
            line("501", "Shingles", quantity: "30", price: "25.10", kind: "part", position: "0"),
        ])

    static func line(
        _ id: String, _ name: String, quantity: String, price: String, kind: String, position: String
    ) -> JSONValue {
        [
            "id": .string(id),
            "properties": [
                "name": .string(name), "quantity": .string(quantity), "price": .string(price),
                "plumbline_line_kind": .string(kind), "hs_position_on_quote": .string(position),
            ],
        ]
    }
}
