import Logging
import Messaging
import RabbitMQ

/// Confirmed, persistent, mandatory messages to a quorum queue, by the publisher that the services use.
struct PublishBenchmark {
    let setup: BenchSetup
    private let count = 20_000
    private let batch = 500
    private let inFlight = 4
    private let body = [UInt8](repeating: UInt8(ascii: "x"), count: 900)

    init(setup: BenchSetup) {
        self.setup = setup
    }

    func measure() async throws -> [Figure] {
        var runs: [Double] = []
        for _ in 0..<setup.rounds { runs.append(try await round()) }
        return [Figure("publish.messages_per_second", "msgs/s", runs)]
    }

    private func round() async throws -> Double {
        let names = BrokerNames(prefix: "bench_" + String(UInt64.random(in: .min ... .max), radix: 36) + ".")
        let configuration = try RabbitConfiguration(url: setup.brokerURL)
        let topology = Topology.events(names)
        let publisher = RabbitPublisher(
            configuration, topology: topology, name: "bench",
            logger: Logger(label: "bench") { _ in
                SwiftLogNoOpLogHandler()
            })
        let result: Result<Double, any Error>
        do {
            try await publisher.start()
            result = .success(try await publish(by: publisher, names))
        } catch {
            result = .failure(error)
        }
        await publisher.shutDown()
        try await TopologyDeclarer(configuration).delete(topology)
        return try result.get()
    }

    private func publish(by publisher: RabbitPublisher, _ names: BrokerNames) async throws -> Double {
        let start = ContinuousClock.now
        let confirmed = await withTaskGroup(of: Int.self) { group in
            var confirmed = 0
            for first in stride(from: 0, to: count, by: batch) {
                if first >= batch * inFlight { confirmed += await group.next() ?? 0 }
                let messages = (first..<first + batch).map { number in
                    OutgoingMessage(
                        id: "\(number)", exchange: names.events, routingKey: "crm.customer.updated", body: body)
                }
                group.addTask { await publisher.publish(messages).count { $0 == .confirmed } }
            }
            return await group.reduce(confirmed, +)
        }
        guard confirmed == count else { throw BenchFailure("only \(confirmed) of \(count) messages were confirmed") }
        return Double(count) / (ContinuousClock.now - start).inSeconds
    }
}
