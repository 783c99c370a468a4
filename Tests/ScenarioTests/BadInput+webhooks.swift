import Foundation
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@testable import Story

extension BadInput {
    @Suite("Webhooks") struct Webhooks {
        @Test("Bad webhooks at the CRM's route are answered with the reason, and changes beside them arrive")
        func crm() async throws {
            let scene = try Scene()
            let good = GoodChange(scene: scene, work: try await scene.sale("Ridge vent").sell())
            let sender = try WebhookSender("hubspot", .crmAdapter, scene.system)
            try await prove(sender, id: good.work.lead.contact, scene, good.ofSales)
        }

        @Test("Bad webhooks at the field service's route are answered so, and changes beside them arrive")
        func fsm() async throws {
            let scene = try Scene()
            let good = GoodChange(scene: scene, work: try await scene.sale("Skylight").sell())
            let sender = try WebhookSender("jobber", .fsmAdapter, scene.system)
            try await prove(sender, id: good.work.client, scene, good.ofTheCrew)
        }

        @Test("Bad webhooks at the ledger's route are answered so, and changes beside them arrive")
        func ledger() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Downspout")
            var good = GoodChange(scene: scene, work: try await sale.sell())
            let visit = try await scene.visit(good.work)
            try await scene.setup.field.complete(visit.id, of: good.work.job, by: "sam")
            good.invoice = try await sale.bill(good.work, since: .now)
            let sender = try WebhookSender("quickbooks", .ledgerAdapter, scene.system)
            try await prove(sender, id: try #require(good.invoice), scene, good.ofTheBooks)
        }

        /// Sends each of the bad ones while a good change is under way.
        private func prove(
            _ sender: WebhookSender, id: String, _ scene: Scene,
            _ change: (Int) async throws -> () async throws -> Void
        ) async throws {
            try await scene.rest()
            let process = try scene.system.processID(of: sender.service)
            let webhooks = BadWebhook.all(of: sender, id: id)
            for (number, webhook) in webhooks.enumerated() {
                let arrives = try await change(number + 1)
                let before = try await count(webhook, sender, scene)
                let answer = try await sender.send(webhook)
                #expect(answer.status == webhook.status, "\(webhook.name)")
                let told = answer.json["message"]?.stringValue ?? ""
                #expect(webhook.says.isEmpty || told.contains(webhook.says), "\(webhook.name)")
                // The vendor's own webhooks are counted as well where they are marked.
                let after = try await count(webhook, sender, scene)
                #expect(webhook.outcome == "marked" ? after > before : after == before + 1, "\(webhook.name)")
                try await arrives()
            }
            try await scene.rest()
            #expect(try scene.system.processID(of: sender.service) == process)
            let timed = try await scene.system.metric(
                "webhook_duration_seconds_count", ["connection": sender.vendor], of: sender.service)
            #expect(timed >= Double(webhooks.filter { $0.path == nil }.count))
            try await letters(of: webhooks, sender, scene)
        }

        private func count(_ webhook: BadWebhook, _ sender: WebhookSender, _ scene: Scene) async throws -> Double {
            var labels = ["outcome": webhook.outcome]
            if webhook.path == nil { labels["connection"] = sender.vendor }
            return try await scene.system.metric("webhooks_total", labels, of: sender.service)
        }

        /// Of what was kept, one open letter each: with its bytes, and with cause and remedy for whoever lists them.
        private func letters(of webhooks: [BadWebhook], _ sender: WebhookSender, _ scene: Scene) async throws {
            let kept = webhooks.filter { $0.code != nil }
            let listed = try await scene.letters("--connection", sender.vendor).filter {
                $0["source"]?.stringValue == "webhook"
            }
            #expect(listed.count == kept.count)
            for webhook in kept {
                let count = try await scene.count(
                    """
                    select count(*) from dead_letter l join webhook w on w.id = l.correlation and w.body = l.payload
                    where l.connection = \(sender.vendor) and l.source = 'webhook' and l.code = \(webhook.code ?? "")
                        and l.payload = \(webhook.body)
                    """)
                #expect(count == 1, "\(webhook.name)")
                let letter = try #require(
                    listed.first { $0["failure"]?.stringValue?.contains(webhook.says) == true }, "\(webhook.name)")
                #expect(letter["code"]?.stringValue == webhook.code)
                #expect(letter["class"]?.stringValue == "undecodable")
                #expect(letter["fix"]?.stringValue?.isEmpty == false)
            }
        }
    }
}

extension Scene {
    /// Open dead letters, as an operator lists them.
    func letters(_ arguments: String...) async throws -> [SandboxKit.JSON] {
        let words = ["dead-letters", "list", "--json", "--limit", "1000"] + arguments
        let (code, text) = try await system.plumbline(words)
        #expect(code == 0, "\(text)")
        return try SandboxKit.JSON(parsing: Array(text.utf8)).arrayValue ?? []
    }
}
