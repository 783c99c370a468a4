import Glibc
import Logging
import Messaging
import RabbitMQ
import Testing

/// The broker that integration tests talk to, and names of one test's own on it.
enum LiveBroker {
    static var url: String? { getenv("PLUMBLINE_TEST_AMQP_URL").map { String(cString: $0) } }

    static var isPresent: Bool { url?.isEmpty == false }

    /// Whether nobody else uses the broker, so that a test may stop it for all.
    static var isOurs: Bool { getenv("PLUMBLINE_TEST_BROKER_IS_OURS").map { String(cString: $0) } == "yes" }

    static let reason: Comment = "PLUMBLINE_TEST_AMQP_URL not set: run ./deploy/local test"

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func configuration() throws -> RabbitConfiguration {
        try RabbitConfiguration(url: try #require(url))
    }

    /// Runs a test with names that nobody else has, and deletes what it declared.
    static func withNames(
        connections: [String] = ["jobber"], adding extra: (BrokerNames) -> Topology = { _ in Topology() },
        _ body: (BrokerNames, Topology) async throws -> Void
    ) async throws {
        let names = BrokerNames(prefix: "t\(UInt32.random(in: 0...UInt32.max))-")
        let topology = try Topology.plumbline(names, connections: connections).merging(extra(names))
        let declarer = TopologyDeclarer(try configuration())
        let failure: (any Error)?
        do {
            try await body(names, topology)
            failure = nil
        } catch {
            failure = error
        }
        try await declarer.delete(topology)
        if let failure { throw failure }
    }

    static func publisher(
        _ topology: Topology, _ adjust: (inout RabbitConfiguration) -> Void = { _ in }
    ) throws -> RabbitPublisher {
        var configuration = try configuration()
        adjust(&configuration)
        return RabbitPublisher(configuration, topology: topology, logger: logger)
    }

    static func consumer(_ topology: Topology, queue: String, prefetch: Int = 400) throws -> RabbitConsumer {
        RabbitConsumer(try configuration(), topology: topology, queue: queue, prefetch: prefetch, logger: logger)
    }
}

/// Makes messages and collects them again.
enum Sample {
    static func message(_ number: Int, to exchange: String, key: String = "crm.customer.changed", bytes: Int = 40)
        -> OutgoingMessage
    {
        OutgoingMessage(
            id: "m-\(number)", exchange: exchange, routingKey: key, headers: ["correlation-id": "c-\(number)"],
            body: Array(repeating: UInt8(truncatingIfNeeded: number), count: bytes))
    }

    static func messages(_ range: Range<Int>, to exchange: String) -> [OutgoingMessage] {
        range.map { message($0, to: exchange) }
    }

    /// Reads and acknowledges until so many messages have come.
    static func collect(_ count: Int, from source: some MessageSource) async throws -> [IncomingMessage] {
        var collected: [IncomingMessage] = []
        while collected.count < count {
            let batch = try await source.nextBatch()
            try await source.acknowledge(batch)
            collected += batch
        }
        return collected
    }
}
