import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Messaging
import Postgres
import SyncCore
import SyncStore
import Testing

@testable import AdapterKit

@Suite("Commands off a queue", .database)
struct CommandLoopTests {
    private let names = BrokerNames()

    private func command(_ workshop: Workshop, for connection: ConnectionID) throws -> [UInt8] {
        let now = Adapter.clock()
        return try CommandCoding.encode(
            SyncCommand(
                id: workshop.newID(), connection: connection, entity: .customer, verb: .upsert,
                record: workshop.newID(), native: nil, version: 1, desired: [:], effect: nil, mayCreate: true,
                priority: .normal, policyVersion: 1, changedAt: now,
                context: MessageContext(correlation: workshop.newID())), schema: .current)
    }

    @Test("A command for another connection, and one whose bytes and headers no text can hold, stop nobody behind them")
    func strange() async throws {
        try await Workshop.open { workshop in
            let broker = MemoryBroker()
            try broker.declare(Topology.plumbline(names, connections: [Workshop.connection.name]))
            let source = broker.source(queue: names.commandQueue(of: Workshop.connection.name))
            let (rounds, round) = AsyncStream.makeStream(of: Void.self)
            let loop = CommandLoop(
                connection: Workshop.connection, source: source, store: workshop.store(),
                logger: Logger(label: "test")
            ) { _ in round.yield() }
            let bodies = [
                try command(workshop, for: ConnectionID("elsewhere")), Array(#"{"a\u0000b":[}"#.utf8),
                try command(workshop, for: Workshop.connection),
            ]
            let outcomes = await broker.publisher().publish(
                bodies.map { body in
                    OutgoingMessage(
                        id: workshop.newID().description, exchange: names.commands, routingKey: "fsm.customer.upsert",
                        headers: ["x-note": "a\0b"], body: body)
                })
            #expect(outcomes == bodies.map { _ in .confirmed })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await loop.run() }
                for await _ in rounds where try await workshop.count("message where status = 2") == 3 { break }
                source.shutDown()
                group.cancelAll()
            }
            let letters = try await workshop.pool.query("select failure from dead_letter order by code")
            #expect(
                try letters.map { try $0[0, as: String.self] } == [
                    "invalid_value at /data/connection: expected 'fsm', whose queue this is, found 'elsewhere'",
                    "malformed at /a?b/0 (byte 13): expected JSON (RFC 8259), found expected a value, found '}'",
                ])
            #expect(try await workshop.count("work where connection = 'fsm'") == 1)
            #expect(try await workshop.count("work") == 1)
        }
    }
}
