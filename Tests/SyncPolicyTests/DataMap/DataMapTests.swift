import CanonicalModel
import SyncPolicy
import Testing

@Suite("The data map")
struct DataMapTests {
    @Test("R1.12: the map says of each field who owns it, where it goes and what conflicts become")
    func markdown() throws {
        let map = DataMap(try ShippedPolicy.load())
        let lines = map.markdown.split(separator: "\n")
        #expect(
            lines.contains(
                "| phone | crm | crm → fsm, ledger | Changes by others become a contact proposal. | "
                    + "The main telephone number. |"))
        #expect(
            lines.contains(
                "| status | fsm | fsm → crm | Never goes back from 'completed' on. Changes by others become a reopen "
                    + "ticket. | How far the work has come. |"))
        #expect(lines.contains("Real-time. Records go to: crm always, fsm when needed, ledger when needed."))
        let fields = try ShippedPolicy.load().entities.values.reduce(0) { $0 + $1.fields.count }
        #expect(map.sections.reduce(0) { $0 + $1.rows.count } == fields)
    }

    @Test("R1.12: the same as JSON")
    func json() throws {
        let json = try JSONValue(parsing: DataMap(try ShippedPolicy.load()).json.serialised())
        #expect(json["version"].int == 1)
        #expect(json["entities"][0]["entity"].string == "customer")
        #expect(json["entities"][0]["gates"]["fsm"].string == "when_needed")
        #expect(json["entities"][0]["fields"][0]["on_conflict"][0].string == "owner_wins_in_window")
    }

    @Test("R1.13: two versions differ by what they say differently, and by nothing else")
    func differences() throws {
        let first = try ShippedPolicy.load()
        #expect(PolicyDifference.between(first, first) == [])
        let comment = try ShippedPolicy.changed("version: 1", to: "# another comment\nversion: 1")
        #expect(comment.hash != first.hash)
        #expect(PolicyDifference.between(first, comment) == [])
        let second = try ShippedPolicy.changed(
            "      website: { owner: crm }\n", to: "      website: { owner: crm, flows_to: [fsm] }\n")
        #expect(
            PolicyDifference.between(first, second).map(\.description) == ["~ customer.website.flows_to: nowhere → fsm"]
        )
        let third = try ShippedPolicy.changed("      industry: { owner: crm }\n", to: "")
        #expect(
            PolicyDifference.between(first, third).map(\.description) == [
                "- customer.industry.flows_to: nowhere", "- customer.industry.on_conflict: owner_wins",
                "- customer.industry.owner: crm",
            ])
        let fourth = try ShippedPolicy.changed("conflict_window: 300", to: "conflict_window: 60")
        #expect(
            PolicyDifference.between(first, fourth).map(\.description) == ["~ settings.conflict_window: 300 s → 60 s"])
    }
}
