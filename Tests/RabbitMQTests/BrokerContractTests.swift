import Messaging
import RabbitMQ
import Testing

/// What every broker of ours must do; the same suite runs against RabbitMQ and against its twin in memory.
@Suite("Broker contract")
struct BrokerContractTests {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case memory, rabbitMQ
        var testDescription: String { rawValue }
        static var available: [Kind] { LiveBroker.isPresent ? allCases : [.memory] }
    }

    /// One broker with the topology of the product and a queue of three messages.
    struct Fixture {
        let names: BrokerNames
        let publisher: any MessagePublisher
        let source: (_ queue: String) throws -> any MessageSource
        let dropConnections: (any MessageSource) async throws -> Void

        var small: String { names.prefix + "small" }
    }

    static func smallQueue(_ names: BrokerNames) -> Topology {
        Topology(
            exchanges: [.init(names.events)],
            queues: [.init(names.prefix + "small", overflow: .rejectPublish, maxLength: 3)],
            bindings: [.init(exchange: names.events, queue: names.prefix + "small", key: "small.#")])
    }

    /// The topology without the router's catch-all binding, so that keys can be unroutable.
    static func narrowed(_ topology: Topology, _ names: BrokerNames) -> Topology {
        var topology = topology
        topology.bindings.removeAll { $0.queue == names.routerEvents && $0.key == "#" }
        topology.bindings.append(.init(exchange: names.events, queue: names.routerEvents, key: "crm.#"))
        return topology
    }

    func withFixture(_ kind: Kind, _ body: (Fixture) async throws -> Void) async throws {
        switch kind {
        case .memory:
            let names = BrokerNames(prefix: "t-")
            let broker = MemoryBroker()
            let topology = try Topology.plumbline(names, connections: ["jobber"]).merging(Self.smallQueue(names))
            try broker.declare(Self.narrowed(topology, names))
            try await body(
                Fixture(
                    names: names, publisher: broker.publisher(), source: { broker.source(queue: $0) },
                    dropConnections: { _ in broker.dropConnections() }))
        case .rabbitMQ:
            try await LiveBroker.withNames(adding: Self.smallQueue) { names, whole in
                let topology = Self.narrowed(whole, names)
                let publisher = try LiveBroker.publisher(topology)
                let proxies = Proxies()
                try await body(
                    Fixture(
                        names: names, publisher: publisher,
                        source: { queue in try proxies.consumer(topology, queue: queue) },
                        dropConnections: { _ in proxies.endAll() }))
                await proxies.shutDown()
                await publisher.shutDown()
            }
        }
    }

    @Test("Confirms come for every message, and the queue has them in order", arguments: Kind.available)
    func confirmsInOrder(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            let batch = Sample.messages(0..<500, to: fixture.names.events)
            #expect(await fixture.publisher.publish(batch) == Array(repeating: .confirmed, count: 500))
            let received = try await Sample.collect(500, from: try fixture.source(fixture.names.routerEvents))
            #expect(received.map(\.id) == batch.map(\.id))
            #expect(received.map(\.body) == batch.map(\.body))
            #expect(received.allSatisfy { !$0.redelivered && $0.contentType == "application/cloudevents+json" })
            #expect(received[7].headers == ["correlation-id": "c-7"])
            #expect(received[7].exchange == fixture.names.events)
            #expect(received[7].routingKey == "crm.customer.changed")
        }
    }

    @Test("An empty batch has no outcomes, an empty body arrives empty", arguments: Kind.available)
    func emptiness(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            #expect(await fixture.publisher.publish([]) == [])
            let empty = Sample.message(1, to: fixture.names.events, bytes: 0)
            #expect(await fixture.publisher.publish([empty]) == [.confirmed])
            let received = try await Sample.collect(1, from: try fixture.source(fixture.names.routerEvents))
            #expect(received[0].body == [])
        }
    }

    @Test("A key that no queue wants is returned, and only that message fails", arguments: Kind.available)
    func unroutable(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            var batch = Sample.messages(0..<20, to: fixture.names.events)
            batch[3].routingKey = "nobody.wants.this"
            // The same id twice, once routable: the return belongs to the other one.
            batch[4].id = batch[3].id
            batch[11].routingKey = "nobody.either"
            let outcomes = await fixture.publisher.publish(batch)
            for (index, outcome) in outcomes.enumerated() {
                let isReturned = index == 3 || index == 11
                #expect(outcome == (isReturned ? .returned(code: 312, reason: "NO_ROUTE") : .confirmed), "at \(index)")
            }
        }
    }

    @Test("A missing exchange and an impossible message fail alone", arguments: Kind.available)
    func impossibleMessages(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            var batch = Sample.messages(0..<6, to: fixture.names.events)
            batch[1].exchange = fixture.names.prefix + "missing"
            batch[2].routingKey = String(repeating: "k", count: 256)
            batch[3].id = ""
            batch[4].headers = ["big": String(repeating: "x", count: OutgoingMessage.largestHeaders)]
            let outcomes = await fixture.publisher.publish(batch)
            #expect(outcomes[0] == .confirmed)
            #expect(outcomes[5] == .confirmed)
            let codes = outcomes.map { outcome in
                if case .returned(let code, _) = outcome { code } else { 0 }
            }
            #expect(codes == [0, 404, 502, 502, 502, 0])
        }
    }

    @Test("A full queue that rejects publishes refuses them, and takes them again later", arguments: Kind.available)
    func fullQueue(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            // A quorum queue notices its limit a few messages late, so more than the limit is sent, one by one.
            var outcomes: [PublishOutcome] = []
            for number in 0..<50 where outcomes.last != .refused {
                outcomes += await fixture.publisher.publish([
                    Sample.message(number, to: fixture.names.events, key: "small.x")
                ])
            }
            #expect(outcomes.last == .refused)
            let stored = outcomes.filter { $0 == .confirmed }.count
            #expect(stored >= 3)
            _ = try await Sample.collect(stored, from: fixture.source(fixture.small))
            var again = PublishOutcome.refused
            for number in 100..<150 where again == .refused {
                again = await fixture.publisher.publish([
                    Sample.message(number, to: fixture.names.events, key: "small.x")
                ])[0]
            }
            #expect(again == .confirmed)
        }
    }

    @Test(
        "R17.7: A rejected message ends in the dead letter queue with the facts of its death", arguments: Kind.available
    )
    func deadLetter(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            let names = fixture.names
            let batch = Sample.messages(0..<3, to: names.events)
            _ = await fixture.publisher.publish(batch)
            let source = try fixture.source(names.routerEvents)
            var received: [IncomingMessage] = []
            while received.count < 3 { received += try await source.nextBatch() }
            try await source.deadLetter(received[1])
            try await source.acknowledge([received[0], received[2]])
            let dead = try await Sample.collect(
                1, from: try fixture.source(names.deadLetterQueue(of: names.routerEvents)))
            #expect(dead[0].id == "m-1")
            #expect(dead[0].body == batch[1].body)
            #expect(dead[0].exchange == names.dead)
            #expect(dead[0].headers["correlation-id"] == "c-1")
            #expect(dead[0].headers[MessageHeaders.firstDeathQueue] == names.routerEvents)
            #expect(dead[0].headers[MessageHeaders.firstDeathReason] == "rejected")
            #expect(dead[0].headers[MessageHeaders.firstDeathExchange] == names.events)
            let deaths = try #require(dead[0].headers[MessageHeaders.deaths])
            #expect(deaths.hasPrefix(#"[{"count":1,"exchange":"\#(names.events)","queue":"\#(names.routerEvents)","#))
            #expect(deaths.contains(#""reason":"rejected","routing-keys":["crm.customer.changed"],"time":"#))
        }
    }

    @Test("Acknowledging in any order settles exactly those messages", arguments: Kind.available)
    func acknowledgeInAnyOrder(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            _ = await fixture.publisher.publish(Sample.messages(0..<10, to: fixture.names.events))
            let source = try fixture.source(fixture.names.routerEvents)
            var received: [IncomingMessage] = []
            while received.count < 10 { received += try await source.nextBatch() }
            try await source.acknowledge([received[9], received[2], received[0]])
            try await source.acknowledge([received[1], received[2]])
            try await source.acknowledge([received[5]])
            try await fixture.dropConnections(source)
            let again = try await Sample.collect(5, from: source)
            #expect(again.map(\.id) == ["m-3", "m-4", "m-6", "m-7", "m-8"])
        }
    }

    @Test(
        "After a lost connection what was not acknowledged comes again, and old tokens settle nothing",
        arguments: Kind.available)
    func redelivery(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            _ = await fixture.publisher.publish(Sample.messages(0..<4, to: fixture.names.events))
            let source = try fixture.source(fixture.names.routerEvents)
            var first: [IncomingMessage] = []
            while first.count < 4 { first += try await source.nextBatch() }
            try await fixture.dropConnections(source)
            var second: [IncomingMessage] = []
            while second.count < 4 { second += try await source.nextBatch() }
            #expect(second.map(\.id) == first.map(\.id))
            #expect(second.allSatisfy { $0.redelivered })
            #expect(Set(second.map(\.token)).isDisjoint(with: first.map(\.token)))
            // Same numbers, other epoch: this must not settle the new deliveries.
            try await source.acknowledge(first)
            try await source.deadLetter(first[0])
            try await fixture.dropConnections(source)
            let third = try await Sample.collect(4, from: source)
            #expect(third.map(\.id) == first.map(\.id))
        }
    }

    @Test("Waiting for a batch ends when the task is cancelled, and takes nothing with it", arguments: Kind.available)
    func cancelledWait(_ kind: Kind) async throws {
        try await withFixture(kind) { fixture in
            let source = try fixture.source(fixture.names.routerEvents)
            let waiting = Task { try await source.nextBatch() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            _ = await fixture.publisher.publish(Sample.messages(0..<1, to: fixture.names.events))
            let received = try await Sample.collect(1, from: source)
            #expect(received.count == 1)
        }
    }
}
