import Messaging
import RabbitMQ
import Testing

@Suite("Topology at the broker", .enabled(if: LiveBroker.isPresent, LiveBroker.reason))
struct TopologyDeclarerTests {
    /// One property that differs: how the queue is, and how we want it.
    struct Difference: Sendable, CustomTestStringConvertible {
        let property: String
        let there: @Sendable (inout Topology.Queue) -> Void
        let wanted: @Sendable (inout Topology.Queue) -> Void
        let sides: (there: String, wanted: String)
        var testDescription: String { property }
    }

    static let differences = [
        Difference(
            property: "x-max-length", there: { $0.maxLength = 10 }, wanted: { $0.maxLength = 5 }, sides: ("10", "5")),
        Difference(
            property: "x-max-length", there: { _ in }, wanted: { $0.maxLength = 5 }, sides: ("none", "5")),
        Difference(
            property: "x-delivery-limit", there: { $0.deliveryLimit = 7 }, wanted: { $0.deliveryLimit = 8 },
            sides: ("7", "8")),
        Difference(
            property: "x-overflow",
            there: {
                $0.deadLetter = nil; $0.overflow = .dropHead
            },
            wanted: {
                $0.deadLetter = nil; $0.overflow = .rejectPublish
            }, sides: ("drop-head", "reject-publish")),
        Difference(
            property: "x-dead-letter-routing-key", there: { $0.deadLetter?.routingKey = "a" },
            wanted: { $0.deadLetter?.routingKey = "b" }, sides: ("a", "b")),
        Difference(
            property: "x-dead-letter-strategy", there: { $0.deadLetter?.strategy = .atMostOnce },
            wanted: { $0.deadLetter?.strategy = .atLeastOnce }, sides: ("at-most-once", "at-least-once")),
        Difference(
            property: "x-queue-type",
            there: { $0 = .init($0.name, kind: .classic) }, wanted: { $0 = .init($0.name, kind: .quorum) },
            sides: ("classic", "quorum")),
    ]

    @Test("A queue that is there with another argument is refused, and both sides are named", arguments: differences)
    func mismatch(_ difference: Difference) async throws {
        try await LiveBroker.withNames { names, _ in
            let declarer = TopologyDeclarer(try LiveBroker.configuration())
            let dead = names.prefix + "dead"
            func topology(_ adjust: (inout Topology.Queue) -> Void) -> Topology {
                var queue = Topology.Queue(
                    names.prefix + "queue", deadLetter: .init(exchange: dead, routingKey: "x"),
                    overflow: .rejectPublish)
                adjust(&queue)
                return Topology(
                    exchanges: [.init(dead, kind: .fanout)], queues: [queue, .init(dead)],
                    bindings: [.init(exchange: dead, queue: dead, key: "")])
            }
            try await declarer.declare(topology(difference.there))
            let error = await #expect(throws: RabbitError.self) {
                try await declarer.declare(topology(difference.wanted))
            }
            try await declarer.delete(topology(difference.there))
            #expect(error?.code == .topologyMismatch)
            #expect(
                error?.detail.hasPrefix(
                    "queue \(names.prefix)queue has \(difference.property) \(difference.sides.there) at the broker,"
                        + " but should have \(difference.sides.wanted);") == true, "\(String(describing: error))")
        }
    }

    @Test("An exchange of another type is refused, and both types are named")
    func exchangeMismatch() async throws {
        try await LiveBroker.withNames { names, _ in
            let declarer = TopologyDeclarer(try LiveBroker.configuration())
            try await declarer.declare(Topology(exchanges: [.init(names.events, kind: .direct)]))
            let error = await #expect(throws: RabbitError.self) {
                try await declarer.declare(Topology(exchanges: [.init(names.events)]))
            }
            #expect(error?.code == .topologyMismatch)
            #expect(error?.detail.contains("has type direct at the broker, but should have topic") == true)
        }
    }

    @Test("Declaring twice changes nothing, and the depth is what was published")
    func declareTwice() async throws {
        try await LiveBroker.withNames { names, topology in
            let declarer = TopologyDeclarer(try LiveBroker.configuration())
            try await declarer.declare(topology)
            try await declarer.declare(topology)
            let publisher = try LiveBroker.publisher(topology)
            _ = await publisher.publish(Sample.messages(0..<3, to: names.events))
            let depths = try await declarer.depths(of: [names.routerEvents, names.commandQueue(of: "jobber")])
            #expect(depths[names.routerEvents] == QueueDepth(messages: 3))
            #expect(depths[names.commandQueue(of: "jobber")] == QueueDepth(messages: 0))
            await publisher.shutDown()
        }
    }

    @Test("A queue that does not exist is named")
    func missingQueue() async throws {
        let declarer = TopologyDeclarer(try LiveBroker.configuration())
        let error = await #expect(throws: RabbitError.self) { try await declarer.depths(of: ["no-such-queue"]) }
        #expect(error?.code == .notFound)
        #expect(error?.description.contains("no-such-queue") == true)
    }

    @Test("What the broker would take and not do is refused before it is asked")
    func impossible() async throws {
        let queue = Topology.Queue(
            "q", deadLetter: .init(exchange: "", routingKey: "q.dead"), overflow: .dropHead)
        let declarer = TopologyDeclarer(try LiveBroker.configuration())
        let error = await #expect(throws: RabbitError.self) {
            try await declarer.declare(Topology(queues: [queue, .init("q.dead")]))
        }
        #expect(error?.code == .topologyInvalid)
        #expect(error?.detail.contains("x-overflow reject-publish, not drop-head") == true)
    }

    @Test("A publisher whose topology is contradicted says so at its start")
    func publisherStart() async throws {
        try await LiveBroker.withNames { names, topology in
            try await TopologyDeclarer(try LiveBroker.configuration()).declare(topology)
            var other = topology
            let index = try #require(other.queues.firstIndex { $0.name == names.routerEvents })
            other.queues[index].deliveryLimit = 3
            let publisher = try LiveBroker.publisher(other)
            let error = await #expect(throws: RabbitError.self) { try await publisher.start() }
            #expect(error?.code == .topologyMismatch)
            #expect(publisher.health.isConnected == false)
            await publisher.shutDown()
        }
    }
}
