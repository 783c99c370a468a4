import Messaging
import RandomSupport
import Testing

@Suite("Topology")
struct TopologyTests {
    let names = BrokerNames(prefix: "t-")

    @Test("Plumbline's own topology is valid, and every queue of work dead-letters at least once", arguments: 0..<20)
    func own(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let connections = (0..<Int.random(in: 0...12, using: &random)).map { "connection-\($0)" }.shuffled(
            using: &random)
        let topology = try Topology.plumbline(names, connections: connections)
        #expect(topology.faults == [])
        #expect(topology.queues.count == 2 * (1 + connections.count))
        let exchanges = Set(connections.isEmpty ? [] : [names.commands]).union([names.events, names.dead])
        #expect(Set(topology.exchanges.map(\.name)) == exchanges)
        for queue in topology.queues where !queue.name.hasSuffix(".dead") {
            #expect(queue.kind == .quorum)
            #expect(queue.deadLetter?.strategy == .atLeastOnce)
            #expect(queue.overflow == .rejectPublish)
            #expect(queue.deliveryLimit.map { $0 > 100_000 } == true)
        }
    }

    @Test("A command comes to its connection's queue alone, an event to the router's alone", arguments: 0..<20)
    func routing(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let connections = ["jobber", "jobber-2", "job", "qbo", "hubspot"].shuffled(using: &random)
        let broker = MemoryBroker()
        try broker.declare(try Topology.plumbline(names, connections: connections))
        let publisher = broker.publisher()
        for (index, connection) in connections.enumerated() {
            let key = try RoutingKey.command(connection: connection, entity: "job", verb: "apply")
            let message = OutgoingMessage(
                id: "\(index)", exchange: names.commands, routingKey: key.description, body: [])
            #expect(await publisher.publish([message]) == [.confirmed])
            for (other, queue) in connections.enumerated() {
                #expect(broker.depth(of: names.commandQueue(of: queue)) == (other <= index ? 1 : 0))
            }
        }
        let event = OutgoingMessage(id: "e", exchange: names.events, routingKey: "crm.customer.changed", body: [])
        #expect(await publisher.publish([event]) == [.confirmed])
        #expect(broker.depth(of: names.routerEvents) == 1)
    }

    @Test("Merging is idempotent, and does not depend on the order for what is declared", arguments: 0..<20)
    func merging(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = names
        let parts = try ["a", "b", "c"].map { try Topology.commands(names, connection: $0) } + [Topology.events(names)]
        let merged = parts.shuffled(using: &random).reduce(Topology()) { $0.merging($1) }
        #expect(merged.merging(merged) == merged)
        let other = parts.reduce(Topology()) { $0.merging($1) }
        #expect(Set(merged.queues) == Set(other.queues))
        #expect(Set(merged.bindings) == Set(other.bindings))
        #expect(Set(merged.exchanges) == Set(other.exchanges))
        #expect(merged.faults == [])
    }

    @Test("A connection whose name holds a dot or a wildcard is refused", arguments: ["a.b", "#", "", "x y"])
    func connectionNames(_ name: String) {
        #expect(throws: RoutingKey.Invalid.self) { try Topology.plumbline(names, connections: [name]) }
    }

    @Test("Production names have no prefix")
    func productionNames() {
        let names = BrokerNames()
        #expect(names.events == "sync.events")
        #expect(names.commands == "sync.commands")
        #expect(names.dead == "sync.dead")
        #expect(names.routerEvents == "router.events")
        #expect(names.commandQueue(of: "qbo") == "commands.qbo")
        #expect(names.deadLetterQueue(of: "commands.qbo") == "commands.qbo.dead")
    }

    @Test("The arguments are those of the broker's documentation")
    func arguments() throws {
        let queue = try #require(Topology.events(BrokerNames()).queues.first { $0.name == "router.events" })
        #expect(
            queue.arguments == [
                "x-queue-type": .text("quorum"), "x-dead-letter-exchange": .text("sync.dead"),
                "x-dead-letter-routing-key": .text("router.events"), "x-dead-letter-strategy": .text("at-least-once"),
                "x-overflow": .text("reject-publish"), "x-delivery-limit": .number(1_000_000),
            ])
    }

    @Test("Every fault is listed at once")
    func faults() {
        let topology = Topology(
            exchanges: [.init("e"), .init("e", kind: .fanout), .init("amq.mine")],
            queues: [
                .init("", maxLength: 0),
                .init("classic", kind: .classic, deadLetter: .init(exchange: "e", routingKey: "k"), deliveryLimit: 0),
                .init("drops", deadLetter: .init(exchange: "nowhere", routingKey: "k"), overflow: .dropHead),
            ],
            bindings: [.init(exchange: "x", queue: "y", key: "k")])
        let wanted = [
            "exchange e is declared twice", "names in amq.", "needs a name of 1 to 255 bytes", "its length limit is 0",
            "classic: at-least-once dead-lettering needs a quorum queue",
            "drops: at-least-once dead-lettering needs x-overflow reject-publish, not drop-head",
            "no queue is bound to nowhere", "only a quorum queue has a delivery limit", "its delivery limit is 0",
            "the exchange is not declared", "the queue is not declared",
        ]
        let error = #expect(throws: Topology.Invalid.self) { try topology.validated() }
        for part in wanted { #expect(error?.description.contains(part) == true, "\(part)") }
    }
}
