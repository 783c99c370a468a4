import Messaging
import Testing

/// What only the twin can show; what it shares with RabbitMQ is in the contract suite.
@Suite("The broker in memory")
struct MemoryBrokerTests {
    private func message(_ id: String) -> OutgoingMessage {
        OutgoingMessage(id: id, exchange: "e", routingKey: "k", body: [])
    }

    private func topology(_ adjust: (inout Topology.Queue) -> Void) -> Topology {
        var queue = Topology.Queue("q", deadLetter: .init(exchange: "e", routingKey: "dead", strategy: .atMostOnce))
        adjust(&queue)
        return Topology(
            exchanges: [.init("e", kind: .direct)], queues: [queue, .init("dead")],
            bindings: [.init(exchange: "e", queue: "q", key: "k"), .init(exchange: "e", queue: "dead", key: "dead")])
    }

    @Test("A full queue that drops its head dead-letters the oldest message, with its time")
    func dropHead() async throws {
        let broker = MemoryBroker(now: { 1234 })
        try broker.declare(topology { $0.maxLength = 2 })
        #expect(await broker.publisher().publish(["1", "2", "3"].map(message)).allSatisfy(\.isConfirmed))
        #expect(broker.depth(of: "q") == 2)
        let dead = try await broker.source(queue: "dead").nextBatch()
        #expect(dead.map(\.id) == ["1"])
        #expect(
            dead[0].headers[MessageHeaders.deaths]
                == #"[{"count":1,"exchange":"e","queue":"q","reason":"maxlen","routing-keys":["k"],"time":1234}]"#)
    }

    @Test("Beyond the delivery limit a message is dead")
    func deliveryLimit() async throws {
        let broker = MemoryBroker()
        try broker.declare(topology { $0.deliveryLimit = 2 })
        _ = await broker.publisher().publish([message("1")])
        let source = broker.source(queue: "q")
        for _ in 0..<3 {
            _ = try await source.nextBatch()
            broker.dropConnections()
        }
        let dead = try await broker.source(queue: "dead").nextBatch()
        #expect(dead[0].headers[MessageHeaders.firstDeathReason] == "delivery_limit")
    }

    @Test("What exists with other properties is refused, and both sides are named")
    func mismatch() throws {
        let broker = MemoryBroker()
        try broker.declare(topology { $0.maxLength = 5 })
        let error = #expect(throws: Topology.Invalid.self) { try broker.declare(topology { $0.deliveryLimit = 4 }) }
        #expect(
            error?.faults == [
                "queue q has x-delivery-limit none, but should have 4; x-max-length 5, but should have none"
            ])
        let types = #expect(throws: Topology.Invalid.self) { try broker.declare(Topology(exchanges: [.init("e")])) }
        #expect(types?.faults == ["exchange e has type direct, but should have topic"])
        #expect(throws: Never.self) { try broker.declare(topology { $0.maxLength = 5 }) }
    }

    @Test("Two sources of one queue share its messages, and prefetch bounds each")
    func competing() async throws {
        let broker = MemoryBroker()
        try broker.declare(topology { _ in })
        _ = await broker.publisher().publish((0..<5).map { message("\($0)") })
        let one = broker.source(queue: "q", prefetch: 3)
        let two = broker.source(queue: "q", prefetch: 3)
        let first = try await one.nextBatch()
        let second = try await two.nextBatch()
        #expect(first.map(\.id) == ["0", "1", "2"])
        #expect(second.map(\.id) == ["3", "4"])
    }

    @Test("A source that is shut down ends its callers, and gives back what it held, in order")
    func shutDown() async throws {
        let broker = MemoryBroker()
        try broker.declare(topology { _ in })
        let source = broker.source(queue: "q")
        async let waiting = source.nextBatch()
        _ = await broker.publisher().publish((0..<2).map { message("\($0)") })
        // One batch or two, as the publish came before or after the caller.
        var held = try await waiting
        while held.count < 2 { held += try await source.nextBatch() }
        source.shutDown()
        await #expect(throws: SourceClosed(queue: "q")) { try await source.nextBatch() }
        let again = try await broker.source(queue: "q").nextBatch()
        #expect(again.map(\.id) == ["0", "1"])
        #expect(again.allSatisfy { $0.redelivered })
    }
}
