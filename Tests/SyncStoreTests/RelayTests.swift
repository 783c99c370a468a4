import CanonicalModel
import IntegrationSupport
import Logging
import Messaging
import Postgres
import SyncStore
import Synchronization
import Testing

// A message that never comes must fail its test, not stop the whole run.
@Suite("The relay", .database, .timeLimit(.minutes(2)))
struct RelayTests {
    @Test("What was handed over is published with its headers and marked, unless its consumer was quicker")
    func published() async throws {
        try await withStore { pool in
            var sample = Sample()
            var messages = (0..<1200).map { _ in sample.message() }
            messages[0].context = MessageContext(
                correlation: messages[1].id, causation: messages[2].id, hop: 3, traceparent: "00-trace")
            let broker = ScriptedBroker()
            let relay = Relay(pool: pool, publisher: broker, logger: quiet)
            try await pool.run(MessageTable.insert(messages, lease: relay.lease))
            _ = try await pool.run(MessageTable.settle([messages[5].key]))
            let running = Task { await relay.run() }
            relay.hand(messages)
            await broker.published(1200)
            running.cancel()
            await running.value
            #expect(try await statuses(pool) == [1: 1199, 2: 1])
            let first = try #require(broker.messages.first { $0.id == messages[0].id.description })
            #expect(first.headers[MessageHeaders.correlationID] == messages[1].id.description)
            #expect(first.headers[MessageHeaders.causationID] == messages[2].id.description)
            #expect(first.headers[MessageHeaders.generation] == "1")
            #expect(first.headers[MessageHeaders.traceparent] == "00-trace")
            #expect(first.headers[MessageHeaders.hopCount] == "3")
        }
    }

    @Test("R24.5: a message whose confirm was lost is published again, and settled once")
    func confirmLost() async throws {
        try await withStore { pool in
            var sample = Sample()
            let message = sample.message()
            let broker = ScriptedBroker()
            broker.answer { _ in .unknown("the channel closed") }
            var settings = RelaySettings()
            settings.lease = .zero
            settings.pendingCeiling = .zero
            let relay = Relay(pool: pool, publisher: broker, settings: settings, logger: quiet)
            try await pool.run(MessageTable.insert([message], lease: .zero))
            let running = Task { await relay.run() }
            relay.hand([message])
            await broker.published(1)
            // The consumer got it all the same.
            #expect(try await pool.run(MessageTable.settle([message.key])) == [message.id])
            let other = sample.message()
            broker.answer { _ in .confirmed }
            try await pool.run(MessageTable.insert([other], lease: .zero))
            relay.publishReopened([other.id])
            await broker.publishedID(other.id)
            running.cancel()
            await running.value
            #expect(try await pool.run(MessageTable.settle([message.key])).isEmpty)
            #expect(try await statuses(pool) == [1: 1, 2: 1])
        }
    }

    @Test("A message that is sent again for a letter names it in a header, and one that is under way is left alone")
    func header() async throws {
        try await withStore { pool in
            var sample = Sample()
            let messages = [sample.message(), sample.message()]
            let letter = sample.newID()
            try await pool.run(MessageTable.insert(messages, lease: .seconds(600)))
            _ = try await pool.run(MessageTable.settle([messages[0].key]))
            try await pool.run(MessageTable.replay(messages.map { ($0, letter) }))
            let rows = try await pool.query(
                "select id, generation, replay_of is not null from message order by replay_of is null")
            #expect(try rows[0][0, as: CanonicalID.self] == messages[0].id && rows[0][1, as: Int.self] == 2)
            #expect(try rows[1][1, as: Int.self] == 1 && !rows[1][2, as: Bool.self])
            let broker = ScriptedBroker()
            let relay = Relay(pool: pool, publisher: broker, logger: quiet)
            let running = Task { await relay.run() }
            relay.publishReopened([messages[0].id])
            await broker.publishedID(messages[0].id)
            running.cancel()
            await running.value
            let sent = try #require(broker.messages.first { $0.id == messages[0].id.description })
            #expect(sent.headers[MessageHeaders.replayOf] == letter.description)
            #expect(sent.headers[MessageHeaders.generation] == "2")
            #expect(sent.exchange.isEmpty && sent.routingKey == messages[0].queue)
        }
    }

    @Test("What a dead producer has left is published by another relay once its lease has run out, not before")
    func recovery() async throws {
        try await withStore { pool in
            var sample = Sample()
            let left = (0..<700).map { _ in sample.message() }
            let fresh = sample.message()
            try await pool.run(MessageTable.insert(left, lease: .zero))
            try await pool.run(MessageTable.insert([fresh], lease: .seconds(600)))
            let broker = ScriptedBroker()
            var settings = RelaySettings()
            settings.batch = 100
            let relay = Relay(pool: pool, publisher: broker, settings: settings, logger: quiet)
            let running = Task { await relay.run() }
            await broker.published(700)
            running.cancel()
            await running.value
            #expect(Set(broker.messages.map(\.id)) == Set(left.map(\.id.description)))
            #expect(try await statuses(pool) == [0: 1, 1: 700])
        }
    }

    @Test("Two relays that recover at once publish each message once")
    func twoRelays() async throws {
        try await withStore { pool in
            var sample = Sample()
            let left = (0..<400).map { _ in sample.message() }
            try await pool.run(MessageTable.insert(left, lease: .zero))
            let broker = ScriptedBroker()
            var settings = RelaySettings()
            settings.batch = 50
            let relays = (0..<2).map { _ in Relay(pool: pool, publisher: broker, settings: settings, logger: quiet) }
            let running = relays.map { relay in Task { await relay.run() } }
            await broker.published(400)
            for task in running {
                task.cancel()
                await task.value
            }
            #expect(broker.messages.count == 400)
            #expect(Set(broker.messages.map(\.id)).count == 400)
        }
    }

    @Test("R24.6: what an absent broker has not answered is published as soon as it is back, whatever the leases")
    func brokerBack() async throws {
        try await withStore { pool in
            var sample = Sample()
            let messages = (0..<50).map { _ in sample.message() }
            let broker = ScriptedBroker()
            broker.answer { _ in .unknown("no connection") }
            var settings = RelaySettings()
            settings.lease = .seconds(900)
            settings.pause = .milliseconds(5)
            let relay = Relay(pool: pool, publisher: broker, settings: settings, logger: quiet)
            try await pool.run(MessageTable.insert(messages, lease: relay.lease))
            let running = Task { await relay.run() }
            relay.hand(messages)
            await broker.published(150)
            broker.answer { _ in .confirmed }
            while try await statuses(pool)[1] != 50 { await Task.yield() }
            running.cancel()
            await running.value
        }
    }

    @Test("R24.6: what was confirmed and not consumed is published again when its queue was lost")
    func queueLost() async throws {
        try await withStore { pool in
            var sample = Sample()
            let messages = (0..<300).map { _ in sample.message() }
            let elsewhere = sample.message(queue: "commands.fsm")
            let broker = ScriptedBroker()
            let lostQueues = LostQueues()
            let relay = Relay(pool: pool, publisher: broker, lostQueues: lostQueues, logger: quiet)
            try await pool.run(MessageTable.insert(messages + [elsewhere], lease: relay.lease))
            let running = Task { await relay.run() }
            relay.hand(messages + [elsewhere])
            await broker.published(301)
            while try await statuses(pool)[1] != 301 { await Task.yield() }
            let settled = messages.prefix(100).map(\.key)
            _ = try await pool.run(MessageTable.settle(settled))
            lostQueues.note("router.events")
            await broker.published(501)
            running.cancel()
            await running.value
            let again = broker.messages.dropFirst(301).map(\.id)
            #expect(Set(again) == Set(messages.dropFirst(100).map(\.id.description)))
        }
    }

    @Test("R24.6: a lost queue is not forgotten while the database does not answer")
    func queueLostWithDatabase() async throws {
        try await withStore { pool in
            var sample = Sample()
            let message = sample.message()
            let broker = ScriptedBroker()
            var settings = RelaySettings()
            settings.recoveryInterval = .milliseconds(20)
            let lostQueues = LostQueues()
            let (lines, log) = AsyncStream.makeStream(of: String.self)
            let relay = Relay(
                pool: pool, publisher: broker, lostQueues: lostQueues, settings: settings,
                logger: Logger(label: "test") { _ in LineLog(lines: log) })
            try await pool.run(MessageTable.insert([message], lease: .seconds(900)))
            try await pool.execute("update message set status = 1")
            try await pool.execute("alter table message rename to message_away")
            lostQueues.note(message.queue)
            let running = Task { await relay.run() }
            for await line in lines where line == "looking for due messages failed" { break }
            try await pool.execute("alter table message_away rename to message")
            await broker.published(1)
            running.cancel()
            await running.value
        }
    }

    @Test("When memory is full the rest is left to recovery, and at the end what is in memory is still published")
    func bounded() async throws {
        try await withStore { pool in
            var sample = Sample()
            let messages = (0..<50).map { _ in sample.message() }
            try await pool.run(MessageTable.insert(messages, lease: .seconds(600)))
            let broker = ScriptedBroker()
            var settings = RelaySettings()
            settings.capacity = 30
            let relay = Relay(pool: pool, publisher: broker, settings: settings, logger: quiet)
            relay.hand(messages)
            let running = Task { await relay.run() }
            running.cancel()
            await running.value
            #expect(broker.messages.count == 30)
            #expect(try await statuses(pool) == [0: 20, 1: 30])
            relay.hand(messages)
            #expect(broker.messages.count == 30)
        }
    }

    @Test("Waits grow with each publication, up to their ceiling")
    func backoff() async throws {
        try await withStore { pool in
            var sample = Sample()
            let message = sample.message()
            try await pool.run(MessageTable.insert([message], lease: .zero))
            let broker = ScriptedBroker()
            broker.answer { _ in .returned(code: 312, reason: "NO_ROUTE") }
            var waits: [Int64] = []
            for _ in 0..<4 {
                try await pool.execute("update message set lease_until = clock_timestamp()")
                let before = broker.messages.count
                var settings = RelaySettings()
                settings.lease = .seconds(100)
                settings.pendingCeiling = .seconds(500)
                let relay = Relay(pool: pool, publisher: broker, settings: settings, logger: quiet)
                let running = Task { await relay.run() }
                await broker.published(before + 1)
                running.cancel()
                await running.value
                waits.append(
                    try await pool.query(
                        "select round(extract(epoch from lease_until - clock_timestamp()) / 100)::bigint from message")[
                            0][0, as: Int64.self])
            }
            #expect(waits == [1, 2, 4, 5])
        }
    }

    private var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private func statuses(_ pool: PostgresPool) async throws -> [Int: Int] {
        try await pool.query("select status, count(*) from message group by status").reduce(into: [:]) { counts, row in
            counts[try row[0, as: Int.self]] = try row[1, as: Int.self]
        }
    }
}

/// A log whose lines a test waits for.
private struct LineLog: LogHandler {
    let lines: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.yield(event.message.description)
    }
}

/// A broker whose answers the test writes.
private final class ScriptedBroker: MessagePublisher {
    private struct State {
        var messages: [OutgoingMessage] = []
        var answer: @Sendable (OutgoingMessage) -> PublishOutcome = { _ in .confirmed }
        var waiters: [(isDone: @Sendable ([OutgoingMessage]) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
            []
    }

    private let state = Mutex(State())

    var messages: [OutgoingMessage] { state.withLock { $0.messages } }

    func answer(_ answer: @escaping @Sendable (OutgoingMessage) -> PublishOutcome) {
        state.withLock { $0.answer = answer }
    }

    func publish(_ batch: [OutgoingMessage]) async -> [PublishOutcome] {
        let (outcomes, done) = state.withLock { state in
            state.messages += batch
            let messages = state.messages
            let done = state.waiters.filter { $0.isDone(messages) }.map(\.continuation)
            state.waiters.removeAll { $0.isDone(messages) }
            return (batch.map(state.answer), done)
        }
        for waiter in done { waiter.resume() }
        return outcomes
    }

    func published(_ count: Int) async {
        await wait { $0.count >= count }
    }

    func publishedID(_ id: CanonicalID) async {
        let id = id.description
        await wait { $0.contains { $0.id == id } }
    }

    private func wait(_ isDone: @escaping @Sendable ([OutgoingMessage]) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.withLock { state in
                    if Task.isCancelled || isDone(state.messages) { return true }
                    state.waiters.append((isDone, continuation))
                    return false
                }
                if now { continuation.resume() }
            }
        } onCancel: {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.continuation.resume() }
        }
    }
}
