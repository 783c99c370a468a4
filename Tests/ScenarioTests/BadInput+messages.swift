import Foundation
import IntegrationSupport
import Logging
import Messaging
import Postgres
import RabbitMQ
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@testable import Story

extension BadInput {
    @Suite("Messages") struct Messages {
        @Test(
            """
            R11.8, R17.7: every bad event in the router's queue is one dead letter with its cause and what to do, the one \
            with a foreign attribute is routed, and changes beside them arrive
            """)
        func events() async throws {
            let scene = try Scene()
            let good = GoodChange(scene: scene, work: try await scene.sale("Chimney cap").sell())
            let draft = BadMessage.event(contact: good.work.lead.contact, firstName: "Hanna")
            let bad = BadMessage.noMessages() + BadMessage.events(draft)
            try await scene.prove(bad, exchange: \.events, key: "crm.contact.updated", queue: \.routerEvents, good)

            let foreign = BadMessage.event(contact: good.work.lead.contact, firstName: "Hanna")
                .with("comexamplemood", #""sunny""#)
            try await scene.publish(foreign.bytes, id: UUID().uuidString, \.events, "crm.contact.updated")
            try await eventually("the name of a foreign event is in the field") {
                try await scene.setup.field.client(good.work.client)["firstName"].text == "Hanna"
            }
        }

        @Test(
            """
            R11.8, R17.7: every bad command in an adapter's queue is one dead letter with its cause and what to do, the one \
            with a foreign attribute is carried out, and changes beside them arrive
            """)
        func commands() async throws {
            let scene = try Scene()
            let good = GoodChange(scene: scene, work: try await scene.sale("Fascia").sell())
            let draft = BadMessage.command(record: good.work.sharedID)
            let bad = BadMessage.noMessages() + BadMessage.commands(draft)
            try await scene.prove(
                bad, exchange: \.commands, key: "jobber.customer.read", queue: { $0.commandQueue(of: "jobber") }, good)

            let id = UUID().uuidString.lowercased()
            try await scene.publish(
                draft.with("comexamplemood", #""sunny""#).bytes, id: id, \.commands, "jobber.customer.read")
            try await eventually("the command is settled") {
                try await scene.count("select count(*) from message where id = \(id)::uuid and status = 2") == 1
            }
            #expect(try await scene.count("select count(*) from dead_letter where message = \(id)::uuid") == 0)
        }

        @Test("A bad command in the queue of the CRM and of the ledger is a dead letter, too")
        func others() async throws {
            let scene = try Scene()
            let good = GoodChange(scene: scene, work: try await scene.sale("Weather strip").sell())
            for connection in ["hubspot", "quickbooks"] {
                let draft = BadMessage.command(record: good.work.sharedID)
                let bad = BadMessage.commands(draft).filter { $0.name == "unknown verb" }
                try await scene.prove(
                    bad, exchange: \.commands, key: "\(connection).customer.read",
                    queue: { $0.commandQueue(of: connection) }, good)
            }
        }
    }
}

extension Scene {
    private var names: BrokerNames { BrokerNames(prefix: system.servers.prefix) }

    /// Publishes each bad message, with a good change behind it.
    fileprivate func prove(
        _ bad: [BadMessage], exchange: KeyPath<BrokerNames, String>, key: String, queue: (BrokerNames) -> String,
        _ good: GoodChange
    ) async throws {
        try await rest()
        let services: [(SystemService, Int)] = [(.router, 0), (.router, 1), (.crmAdapter, 0), (.fsmAdapter, 0)]
        let processes = try services.map { try system.processID(of: $0.0, replica: $0.1) }
        for (number, message) in bad.enumerated() {
            try await publish(message.body, id: message.id, exchange, key, headers: message.headers)
            try await good.ofSales(number + 1)()
        }
        try await rest()
        #expect(try services.map { try system.processID(of: $0.0, replica: $0.1) } == processes)

        var letters: [String: [SandboxKit.JSON]] = [:]
        for letter in try await self.letters() {
            letters[letter["message"]?.stringValue ?? "", default: []].append(letter)
        }
        for message in bad {
            let letter = try #require(letters[message.id]?.first, "\(message.name)")
            #expect(letters[message.id]?.count == 1, "\(message.name)")
            #expect(letter["code"]?.stringValue == message.code, "\(message.name)")
            #expect(letter["class"]?.stringValue == "undecodable", "\(message.name)")
            #expect(letter["queue"]?.stringValue == queue(names), "\(message.name)")
            #expect(letter["attempts"]?.intValue == 1, "\(message.name)")
            let failure = letter["failure"]?.stringValue ?? ""
            #expect(failure.contains(message.says), "\(message.name): \(failure.prefix(300))")
            #expect(failure.utf8.count < 1000, "\(message.name)")
            #expect(letter["fix"]?.stringValue?.contains("replay it") == true, "\(message.name)")
            let kept = try await count(
                "select count(*) from dead_letter where message = \(message.id)::uuid and payload = \(message.body)")
            #expect(kept == 1, "\(message.name)")
        }
        let shown = try await eventually("the figures count the letters") {
            let open = try await system.metric("plumbline_dead_letters_open", ["class": "undecodable"], of: .reconciler)
            return open >= Double(bad.count) ? open : nil
        }
        #expect(shown >= Double(bad.count))
    }

    /// Publishes as somebody would who is none of our services.
    fileprivate func publish(
        _ body: [UInt8], id: String, _ exchange: KeyPath<BrokerNames, String>, _ key: String,
        headers: [String: String] = [:]
    ) async throws {
        let publisher = RabbitPublisher(
            try RabbitConfiguration(url: system.servers.brokerURL), topology: Topology(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let outcomes = await publisher.publish([
            OutgoingMessage(
                id: id, exchange: names[keyPath: exchange], routingKey: key, headers: headers,
                contentType: "text/plain", body: body)
        ])
        await publisher.shutDown()
        try #require(outcomes == [.confirmed], "\(outcomes)")
    }
}
