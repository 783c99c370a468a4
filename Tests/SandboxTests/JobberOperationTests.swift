import Foundation
import SandboxGraphQL
import SandboxKit
import SandboxSupport
import Testing

@Suite("Jobber sandbox: recorded operations")
struct JobberOperationTests {
    private static let folder = JobberSchemaTests.facts.appending(path: "operations")

    @Test(
        "Every recorded operation that is valid runs, and answers what it asks for",
        .enabled(if: JobberSchemaTests.hasFacts, "the recorded operations are not here"))
    func recorded() async throws {
        // What is deleted must have been worked on before.
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted {
            ($0.contains("Delete") ? 1 : 0, $0) < ($1.contains("Delete") ? 1 : 0, $1)
        }
        let schema = try JobberSchemaTests.ourSchema()
        try await JobberBench.run(limitsLifted: true) { jobber in
            let ids = try await jobber.client.control("POST", "seed", JobberWorld.everything)["refs"] ?? .null
            var invalid: [String] = []
            for file in files {
                let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
                do {
                    _ = try PreparedDocument(text, schema: schema)
                } catch {
                    // What the vendor's own schema refuses is refused here.
                    let answer = try await jobber.post(text)
                    #expect(answer.json["data"] == nil && answer.json["errors"] != nil, "\(file)")
                    invalid.append(file)
                    continue
                }
                let name = file.split(separator: "_").dropFirst().joined().replacing(".graphql", with: "")
                let variables = try #require(Self.variables(of: name, ids), "no variables for \(file)")
                let answer = try await jobber.post(text, variables)
                #expect(answer.json["errors"] == nil, "\(file): \(answer.json["errors"] ?? .null)")
                let payload = answer.json["data"]?.objectValue.flatMap {
                    $0.keys.first.flatMap { answer.json["data"]?[$0] }
                }
                #expect(payload?.objectValue != nil, "\(file)")
                #expect(payload?["userErrors"] ?? [] == [], "\(file): \(payload?["userErrors"] ?? .null)")
            }
            // It declares a variable under one name and uses another.
            #expect(invalid == ["mutation_taxGroupCreate.graphql"])
        }
    }

    /// Variables with which the operation of that name can run.
    private static func variables(of name: String, _ ids: JSON) -> JSON? {
        func id(_ ref: String, _ input: JSON? = nil) -> JSON {
            input.map { ["id": ids[ref] ?? .null, "input": $0] } ?? ["id": ids[ref] ?? .null]
        }
        let line: JSON = ["name": "Valve", "quantity": 1, "unitPrice": 5, "saveToProductsAndServices": false]
        switch name {
        case "clientCreate": return ["input": ["firstName": "New"]]
        case "clientEdit": return id("client", ["lastName": "Changed"])
        case "eventCreate":
            return [
                "input": [
                    "title": "Meeting",
                    "schedule": ["startAt": ["date": "2026-06-02", "time": "09:00", "timezone": "UTC"]],
                ]
            ]
        case "expenseCreate":
            return ["input": ["title": "Fuel", "date": "2026-06-01T10:00:00Z", "linkedJobId": ids["job"] ?? .null]]
        case "expenseEdit": return id("expense", ["total": 6])
        case "expenseDelete": return id("expense")
        case "jobCreate":
            return [
                "input": [
                    "propertyId": ids["property"] ?? .null, "lineItems": [line],
                    "invoicing": ["invoicingType": "FIXED_PRICE", "invoicingSchedule": "ON_COMPLETION"],
                ]
            ]
        case "jobEdit": return id("job", ["title": "Changed"])
        case "productsAndServicesCreate": return ["input": ["name": "Pipe", "defaultUnitCost": 5]]
        case "productsAndServicesEdit": return id("product", ["defaultUnitCost": 6])
        case "quoteCreate":
            let input: JSON = [
                "clientId": ids["client"] ?? .null, "propertyId": ids["property"] ?? .null, "lineItems": [line],
            ]
            return ["input": input, "attributes": input]
        case "quoteEdit":
            return ["id": ids["quote"] ?? .null, "input": ["title": "Changed"], "attributes": ["title": "Changed"]]
        case "requestCreate": return ["input": ["clientId": ids["client"] ?? .null, "title": "Help"]]
        case "requestEdit": return id("request", ["title": "Changed"])
        case "taxCreate": return ["input": ["name": "City", "rate": 1]]
        case "vehicleCreate": return ["input": ["name": "Truck"]]
        case "vehicleDelete": return id("vehicle")
        case "webhookEndpointCreate": return ["topic": "CLIENT_CREATE", "url": "https://example.com/hook"]
        case "webhookEndpointDelete": return ["ids": []]
        case "timeSheetEntry": return id("time")
        case "payoutRecord": return id("payout")
        default: return ids[name].map { _ in id(name) }
        }
    }
}
