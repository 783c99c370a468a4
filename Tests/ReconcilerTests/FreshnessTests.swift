import CanonicalModel
import IntegrationSupport
import Postgres
import StoreSupport
import SyncCore
import SyncPolicy
import SyncStore
import Testing

@testable import Reconciler

@Suite("Freshness", .database)
struct FreshnessTests {
    /// The flows in which something is unsynced, after a measurement.
    private func unsynced(_ estate: Estate) async throws -> [Flow: FlowFigure] {
        try await FreshnessMeter(pool: estate.pool, events: "router.events").measure()
        let figures = try await estate.pool.run(Freshness.flows)
        #expect(figures.count > 4)
        return Dictionary(uniqueKeysWithValues: figures.filter { $0.changes > 0 }.map { ($0.flow, $0) })
    }

    @Test("R15.11: a change counts, from its own time on, in every place on its way until the target shows it")
    func everyPlace() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            #expect(try await unsynced(estate).isEmpty)
            let toField = Flow(entity: .customer, from: estate.crm, to: estate.fsm)
            let toLedger = Flow(entity: .customer, from: estate.crm, to: estate.ledger)
            let changedAt = Instant(microseconds: estate.now.microseconds - 90_000_000)

            // An adapter was told of the object; nobody knows yet where the change will go.
            let native = NativeReference(type: "customer", id: "1")
            try await pool.run(
                DirtyTable.mark([.init(native, in: estate.crm, correlation: estate.id(), hintedAt: changedAt)]))
            var figures = try await unsynced(estate)
            #expect(Set(figures.keys) == [toField, toLedger])
            #expect(figures[toField]?.oldestChangeAt == changedAt)
            try await pool.execute("delete from dirty")

            // It is an event on its way to the router; then parked.
            let (event, message) = try estate.event(changedAt: changedAt)
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            figures = try await unsynced(estate)
            #expect(Set(figures.keys) == [toField, toLedger])
            #expect(figures[toLedger]?.oldestChangeAt == changedAt)
            _ = try await pool.run(MessageTable.park([message.key]))
            let parent = LinkKey(
                connection: estate.crm, native: NativeReference(type: "customer", id: "9"), entity: .customer)
            let park = Park(id: estate.id(), .message(message.id), for: .object(parent), cause: "test")
            try await pool.run(Parks.park([park], deadline: .seconds(60)))
            #expect(try await unsynced(estate)[toField]?.changes == 1)
            _ = try await pool.run(Parks.release(linked: [parent]))
            _ = try await pool.run(MessageTable.settle([MessageKey(message.id, generation: 2)]))
            #expect(try await unsynced(estate).isEmpty)

            // The router has decided: a command for one target only, from the source of its cause.
            let (command, sent) = try estate.command(to: estate.fsm, causedBy: event)
            try await pool.run(MessageTable.insert([sent], lease: .seconds(60)))
            figures = try await unsynced(estate)
            #expect(Set(figures.keys) == [toField])
            #expect(figures[toField]?.oldestChangeAt == changedAt)

            // The adapter has taken it in as work.
            _ = try await pool.run(MessageTable.settle([sent.key]))
            _ = try await pool.run(WorkTable.accept([command]))
            figures = try await unsynced(estate)
            #expect(Set(figures.keys) == [toField])
            #expect(figures[toField]?.oldestChangeAt == changedAt)

            // The event may be gone by then: where the change was made stays known.
            try await pool.execute("delete from message")
            #expect(Set(try await unsynced(estate).keys) == [toField])

            // Given up, it is unsynced until a person has closed the letter.
            let version = try #require(try await pool.run(WorkTable.find([command.place]))[command.place]).version
            _ = try await pool.run(
                WorkTable.settle([WorkResult(version, .dead(.init(.validation, code: "no", text: "refused")))]))
            #expect(try await unsynced(estate).isEmpty)
            try await pool.run(
                DeadLetters.insert([
                    DeadLetters.Letter(
                        id: estate.id(), source: .work, connection: estate.fsm, entity: .customer,
                        record: command.command.record, failureClass: .validation, code: "no", failure: "refused",
                        fix: "mend it", attempts: 1, failedAt: estate.now, payload: command.body)
                ]))
            #expect(Set(try await unsynced(estate).keys) == [toField])
            try await pool.execute("update dead_letter set state = 'archived'")
            #expect(try await unsynced(estate).isEmpty)

            // Done, it is synced.
            _ = try await pool.run(WorkTable.reopen([command.place]))
            #expect(Set(try await unsynced(estate).keys) == [toField])
            let open = try #require(try await pool.run(WorkTable.find([command.place]))[command.place]).version
            _ = try await pool.run(WorkTable.settle([WorkResult(open, .done)]))
            #expect(try await unsynced(estate).isEmpty)
        }
    }

    @Test("A command whose cause is gone counts for every flow that ends at its target")
    func unknownCause() async throws {
        try await Estate.run { estate in
            let (event, _) = try estate.event(.customer, changedAt: estate.now)
            let (_, sent) = try estate.command(to: estate.fsm, causedBy: event)
            try await estate.pool.run(MessageTable.insert([sent], lease: .seconds(60)))
            let flows = try await unsynced(estate).keys
            #expect(!flows.isEmpty && flows.allSatisfy { $0.target == estate.fsm && $0.entity == .customer })
        }
    }

    @Test("Work from before knows where its change was made, when the tables are brought up to date")
    func upgrade() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let migrator = try Migrator(SyncStore.migrations())
            try await migrator.migrate(to: 13, on: pool)
            let (event, message) = try estate.event(changedAt: estate.now)
            let (known, _) = try estate.command(to: estate.fsm, causedBy: event)
            let (unknown, _) = try estate.command(
                to: estate.fsm, causedBy: try estate.event(changedAt: estate.now).event)
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            _ = try await pool.run(MessageTable.settle([message.key]))
            for received in [known, unknown] {
                let command = received.command
                try await pool.execute(
                    """
                    insert into work (
                        connection, record, entity, version, priority, due_at, changed_at, command, correlation, body)
                    values (\(command.connection), \(command.record), \(command.entity), 1, 1, now(), \(estate.now),
                        \(command.id), \(command.context.correlation), \(received.body))
                    """)
            }
            try await migrator.migrate(on: pool)
            let origins = try await pool.query("select record, origin from work")
            #expect(
                try Dictionary(
                    uniqueKeysWithValues: origins.map {
                        (try $0[0, as: CanonicalID.self], try $0[1, as: ConnectionID?.self])
                    }) == [known.command.record: estate.crm, unknown.command.record: nil])
        }
    }

    @Test("Messages are counted by queue, and a body that is no message hinders nothing")
    func queues() async throws {
        try await Estate.run { estate in
            let odd = StoredMessage(
                id: estate.id(), queue: "odd", exchange: "sync.events", routingKey: "x", body: [0xFF, 0x00, 0x22])
            let (_, message) = try estate.event(changedAt: estate.now)
            try await estate.pool.run(MessageTable.insert([odd, message], lease: .seconds(60)))
            _ = try await unsynced(estate)
            let queues = try await estate.pool.run(Freshness.queues)
            #expect(queues.map(\.queue) == ["odd", "router.events"])
            #expect(queues.allSatisfy { $0.unsettled == 1 && $0.oldestAt?.milliseconds == estate.now.milliseconds })
            _ = try await estate.pool.run(MessageTable.settle([odd.key, message.key]))
            _ = try await unsynced(estate)
            #expect(try await estate.pool.run(Freshness.queues).isEmpty)
        }
    }

    @Test(
        "An envelope with a time or a cause that is none hinders nothing",
        arguments: [
            #""time":"soon""#, #""time":"2026-03-02T15:00:00.Z""#, #""time":"2026-03-02 15:00:00Z""#,
            #""causationid":"nobody""#, #""causationid":"------------------------------------""#,
            #""causationid":"0000000g-0000-0000-0000-000000000000""#, #""time":"#, #""causationid":"0000""#,
        ])
    func odd(member: String) async throws {
        try await Estate.run { estate in
            let messages = [("router.events", "crm.customer.updated"), ("commands.fsm", "fsm.customer.upsert")].map {
                StoredMessage(
                    id: estate.id(), queue: $0.0, exchange: "sync.events", routingKey: $0.1, body: Array(member.utf8))
            }
            try await estate.pool.run(MessageTable.insert(messages, lease: .seconds(60)))
            #expect(try await unsynced(estate).values.allSatisfy { $0.oldestChangeAt == nil })
        }
    }

    @Test("A message that is opened again long after it was settled is found by the walk, whatever lies above (R15.11)")
    func walk() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let old = Instant(microseconds: estate.now.microseconds - 86_400_000_000)
            let events = try (0..<7).map { _ in try estate.event(changedAt: old).message }
            let messages = events.enumerated().map { number, message in
                var message = message
                message.id = CanonicalID(time: old, random: (0, UInt64(number)))
                return message
            }
            try await pool.run(MessageTable.insert(messages, lease: .seconds(60)))
            let page = try await pool.run(Freshness.page(after: messages[0].id, rows: 2))
            #expect(page.lowest == messages[1].id && page.end == messages[2].id)
            _ = try await pool.run(MessageTable.settle(messages.map(\.key)))
            let meter = FreshnessMeter(pool: pool, events: "router.events", rows: 2, rest: 0)
            try await meter.measure()
            #expect(try await pool.run(Freshness.queues).isEmpty)
            try await pool.execute("update message set status = 0 where id = \(messages[4].id)")
            var rounds = 0
            while try await pool.run(Freshness.queues).isEmpty, rounds < 10 {
                try await meter.measure()
                rounds += 1
            }
            #expect((1...4).contains(rounds))
            #expect(try await pool.run(Freshness.queues).map(\.unsettled) == [1])
            // Whoever begins looks at all.
            try await pool.execute("delete from queue_figure")
            try await FreshnessMeter(pool: pool, events: "router.events", rows: 2).measure()
            #expect(try await pool.run(Freshness.queues).map(\.unsettled) == [1])
        }
    }

    @Test("Work whose lane a process holds is not due to others, whether its record is linked or not")
    func heldWork() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let (event, _) = try estate.event(changedAt: estate.now)
            let commands = try (0..<3).map { _ in try estate.command(to: estate.fsm, causedBy: event).received }
            _ = try await pool.run(WorkTable.accept(commands))
            let native = NativeReference(type: "customer", id: "a/b")
            let key = LinkKey(connection: estate.fsm, native: native, entity: .customer)
            _ = try await pool.run(
                IdentityMap.insert([Link(id: estate.id(), key, record: commands[0].command.record)]))
            #expect(try await pool.run(WorkFigure.all)[estate.fsm]?.due == 3)
            _ = try await pool.run(
                Lanes.acquire(
                    [.object(native, in: estate.fsm), .record(commands[1].command.record, in: estate.fsm)], holder: "a",
                    lease: .seconds(60), ceiling: .zero))
            let figure = try #require(try await pool.run(WorkFigure.all)[estate.fsm])
            #expect(figure.due == 1 && figure.oldestDueAt != nil)
            try await pool.execute("update lane set until = clock_timestamp()")
            #expect(try await pool.run(WorkFigure.all)[estate.fsm]?.due == 3)
        }
    }

    @Test("A flow exists where the policy lets a field go from one role to another, and both connectors know the field")
    func flows() async throws {
        try await Estate.run { estate in
            let row = try #require(try await estate.pool.run(Policies.current))
            let policy = try SourceOfTruth(yaml: row.document, version: row.number)
            let flows = Flow.all(of: policy, between: estate.capabilities)
            #expect(flows == flows.sorted() && Set(flows).count == flows.count)
            #expect(flows.contains(Flow(entity: .customer, from: estate.crm, to: estate.fsm)))
            #expect(!flows.contains { $0.source == $0.target })
            var blind = estate.capabilities
            blind[1].entities[.customer]?.writes = []
            #expect(
                !Flow.all(of: policy, between: blind).contains { $0.entity == .customer && $0.target == estate.fsm })
        }
    }
}
