import Foundation
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@Suite("An account that nobody has connected yet", .integration, .serialized, .timeLimit(.minutes(5)))
struct UnconnectedTests {
    @Test(
        "Its connection waits without failing while the others work, says what to do, and works as soon as somebody consents",
        arguments: [("hubspot", "HubSpot"), ("jobber", "Jobber"), ("quickbooks", "QuickBooks Online")])
    func waits(name: String, title: String) async throws {
        let space = try IntegrationSpace.required()
        var settings = SystemSettings.impatient
        settings.unconnected = [name]
        try await withSystem(on: try space.servers, settings) { system in
            let command = "plumbline connections authorize \(name)"
            try await eventually("the alert", within: .seconds(60)) {
                try await alerts(system).contains("token warning \(command)")
            }
            try await eventually("nothing critical is wrong, and the listing says what to do", within: .seconds(60)) {
                let status = try await system.plumbline(["status", "--check"])
                return status.code == 0 && status.text.contains("not authorised yet: \(command)")
            }
            let kept = try await system.pool.query("select count(*) from account where id = \(name)")
            #expect(try kept[0][0, as: Int.self] == 0)

            let shown = try await system.plumbline(["connections", "authorize", name, "--json"])
            let line = try #require(shown.text.split(separator: "\n").first { $0.hasPrefix("{") })
            let address = try #require(try JSON(parsing: Array(line.utf8))["url"]?.stringValue)
            let landed = try await SandboxClient(baseURL: address).send("GET", "")
            #expect(landed.status == 200)
            #expect(String(decoding: landed.body, as: UTF8.self).contains("\(title) is connected"))
            try await system.isPrepared(name)
            try await eventually("the alert ends", within: .seconds(60)) { try await alerts(system).isEmpty }
            let listed = try await system.plumbline(["connections", "list"])
            #expect(!listed.text.contains("not authorised"), "\(listed.text)")
        }
    }

    /// The alerts that are open: kind, severity and advice of each.
    private func alerts(_ system: RunningSystem) async throws -> [String] {
        try await system.pool.query(
            """
            select kind || ' ' || severity || ' ' || advice from alert
            where raised_at is not null and resolved_at is null
            """
        ).map { try $0[0, as: String.self] }
    }
}
