import Foundation
import Glibc
import Messaging
import Postgres
import RabbitMQ
import SystemSupport

/// The router as a process: events that wait in its queue, timed until the last command is in its own.
///
/// Each event changes the name of a customer, which flows from the CRM to field service and ledger: two commands an event.
struct RouterBenchmark {
    let setup: BenchSetup
    static let events = 10_000
    private static let connections = ["hubspot", "jobber", "quickbooks"]

    func measure() async throws -> [Figure] {
        let peers = setup.peers.map { PeerRouters(folder: $0, setup: setup) }
        if peers == nil { print("  no peers are given (--peers): their ratios are left out") }
        var runs: [Double] = []
        var others: [String: [Double]] = [:]
        for _ in 0..<setup.rounds {
            runs.append(try await round())
            for (name, rate) in try await peers?.round(events: Self.events) ?? [:] {
                others[name, default: []].append(rate)
            }
        }
        var ours = Figure("router.events_per_second", "events/s", runs)
        var figures: [Figure] = []
        for (name, runs) in others.sorted(by: { $0.key < $1.key }) {
            let figure = Figure("router.\(name).events_per_second", "events/s", runs)
            ours.compare(with: name, figure)
            figures.append(figure)
        }
        return [ours] + figures
    }

    private func round() async throws -> Double {
        try await setup.withServers { servers in
            var settings = SystemSettings()
            settings.replicas = [.crmAdapter: 0, .fsmAdapter: 0, .ledgerAdapter: 0, .reconciler: 0]
            return try await withSystem(on: servers, settings) { system in
                // It declares the queues of the connections that it finds at its start.
                try await system.kill(.router, by: SIGTERM)
                let estate = Estate(pool: system.pool)
                try await estate.declareConnections()
                let records = try await estate.linkedCustomers()
                try await system.restart(.router)
                let events = try await estate.renames(
                    of: records, count: Self.events, names: BrokerNames(prefix: servers.prefix))
                return try await time(events, in: system)
            }
        }
    }

    /// The router stands still while its queue is filled, so that starting it is no part of the time.
    private func time(_ events: [OutgoingMessage], in system: RunningSystem) async throws -> Double {
        let names = BrokerNames(prefix: system.servers.prefix)
        let broker = try RabbitConfiguration(url: system.servers.brokerURL)
        let topology = try Topology.plumbline(names, connections: Self.connections)
        let router = try system.processID(of: .router)
        kill(router, SIGSTOP)
        let start: ContinuousClock.Instant
        do {
            defer { kill(router, SIGCONT) }
            try await EventPublisher(configuration: broker, topology: topology).publish(events)
            start = .now
        }
        let end = try await commandsAreThere(names, broker)
        try await check(system)
        return Double(Self.events) / (end - start).inSeconds
    }

    /// Looks at the depth of the queues: a message counts there once the broker has stored it, which is when it confirms.
    private func commandsAreThere(
        _ names: BrokerNames, _ broker: RabbitConfiguration
    ) async throws -> ContinuousClock.Instant {
        let declarer = TopologyDeclarer(broker)
        let queues = ["jobber", "quickbooks"].map(names.commandQueue)
        let limit = ContinuousClock.now + .seconds(120)
        while true {
            let count = try await declarer.depths(of: queues).values.reduce(0) { $0 + $1.messages }
            if count >= Self.events * 2 { return .now }
            guard .now < limit else { throw BenchFailure("only \(count) commands came within two minutes") }
            // Each look costs the broker a connection: seldom at first, often towards the end.
            try await Task.sleep(for: .milliseconds(count * 10 < Self.events * 19 ? 100 : 10))
        }
    }

    private func check(_ system: RunningSystem) async throws {
        let prefix = system.servers.prefix
        let rows = try await system.pool.query(
            """
            select count(*) filter (where queue = \(prefix + "router.events") and status = 2),
                count(*) filter (where queue like \(prefix + "commands.%")),
                (select count(*) from dead_letter)
            from message
            """)
        let settled = try rows[0][0, as: Int.self]
        let commands = try rows[0][1, as: Int.self]
        let letters = try rows[0][2, as: Int.self]
        guard settled == Self.events, commands == Self.events * 2, letters == 0 else {
            throw BenchFailure("\(settled) events settled, \(commands) commands written, \(letters) dead letters")
        }
    }
}
