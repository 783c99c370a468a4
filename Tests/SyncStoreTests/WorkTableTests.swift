import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("Work for the connections", .database)
struct WorkTableTests {
    @Test("R13.3: an older command after a newer one is covered, in either order", arguments: [true, false])
    func olderAfterNewer(newerFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let old = sample.command(record, version: 1)
            let new = sample.command(record, version: 2)
            let (one, other) = newerFirst ? (new, old) : (old, new)
            let meeting = try await pool.meet(
                { try await $0.run(WorkTable.accept([one])) }, { try await $0.run(WorkTable.accept([other])) })
            #expect(try meeting.first.get() == [one.command.id])
            #expect(try meeting.second.get() == (newerFirst ? [] : [new.command.id]))
            let claimed = try await pool.run(WorkTable.take())
            #expect(claimed.map(\.version.version) == [2])
            #expect(claimed.first?.body == new.body)
            #expect(try CommandCoding.decode(try #require(claimed.first).body) == new.command)
        }
    }

    @Test("Work keeps where its change was made, as its command says, or else as the event tells that was its cause")
    func origin() async throws {
        try await withStore { pool in
            var sample = Sample()
            let cause = sample.newID()
            let event = StoredMessage(
                id: cause, queue: "q", exchange: "e", routingKey: "r",
                body: Array(#"{"source":"/connections/ledger","data":{}}"#.utf8))
            try await pool.run([MessageTable.insert([event], lease: .zero)])
            var work: [(ReceivedCommand, ConnectionID?)] = []
            for (origin, isKnown) in [("crm", true), ("crm", false), (nil, true), (nil, false)] {
                var command = sample.command(sample.newID(), version: 1).command
                command.origin = origin.map { ConnectionID($0) }
                command.context.causation = isKnown ? cause : sample.newID()
                let body = try CommandCoding.encode(command, schema: .current)
                work.append((ReceivedCommand(command, body: body), command.origin ?? (isKnown ? "ledger" : nil)))
            }
            _ = try await pool.run(WorkTable.accept(work.map(\.0)))
            let kept = try await pool.query("select record, origin from work")
            for row in kept {
                let record = try row[0, as: CanonicalID.self]
                let expected = try #require(work.first { $0.0.command.record == record }).1
                #expect(try row[1, as: ConnectionID?.self] == expected)
            }
            #expect(kept.count == 4)
        }
    }

    @Test("A row that is done keeps an older command from bringing an old value back")
    func olderAfterDone() async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let old = sample.command(record, version: 1)
            let new = sample.command(record, version: 2)
            #expect(try await pool.run(WorkTable.accept([old, new])) == [new.command.id])
            let claimed = try #require(try await pool.run(WorkTable.take()).first)
            let settled = try await pool.run(WorkTable.settle([WorkResult(claimed.version, .done)]))
            #expect(settled == [claimed.version.place])
            #expect(try await pool.run(WorkTable.accept([old])).isEmpty)
            #expect(try await pool.run(WorkTable.accept([new])).isEmpty)
            try await pool.run(Lanes.release([claimed.lane]))
            #expect(try await pool.run(WorkTable.take()).isEmpty)
        }
    }

    @Test(
        "A newer command that comes while an older one is being sent stays ready after its outcome",
        arguments: [true, false])
    func newerDuringSend(outcomeFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            try await pool.run([WorkTable.accept([sample.command(record, version: 1)]).discarded])
            let claimed = try #require(try await pool.run(WorkTable.take()).first)
            let newer = sample.command(record, version: 2)
            let accept: @Sendable (PostgresTransaction) async throws -> Void = {
                _ = try await $0.run(WorkTable.accept([newer]))
            }
            let outcome: @Sendable (PostgresTransaction) async throws -> Void = { transaction in
                _ = try await transaction.run(
                    Lanes.check([claimed.lane]), WorkTable.settle([WorkResult(claimed.version, .done)]),
                    Lanes.release([claimed.lane]))
            }
            let meeting =
                outcomeFirst ? try await pool.meet(outcome, accept) : try await pool.meet(accept, outcome)
            #expect(meeting.secondWaited)
            try meeting.first.get()
            try meeting.second.get()
            #expect(try await pool.run(WorkTable.take()).map(\.version.version) == [2])
        }
    }

    @Test("Two replicas claim different work, and a claimed piece only once")
    func claimedOnce() async throws {
        try await withStore { pool in
            var sample = Sample()
            let commands = (0..<20).map { _ in sample.command(sample.newID(), version: 1) }
            try await pool.run([WorkTable.accept(commands).discarded])
            let meeting = try await pool.meet(
                { try await $0.run(WorkTable.take(10, by: "a")) }, { try await $0.run(WorkTable.take(10, by: "b")) })
            let first = try meeting.first.get().map(\.version.place)
            let second = try meeting.second.get().map(\.version.place)
            #expect(first.count == 10 && second.count == 10)
            #expect(Set(first + second).count == 20)
            #expect(!meeting.secondWaited)
            #expect(try await pool.run(WorkTable.take(10, by: "c")).isEmpty)
        }
    }

    @Test("Urgent work goes first, and every class gets its minimum share")
    func shares() async throws {
        try await withStore { pool in
            var sample = Sample()
            var commands = (0..<20).map { _ in sample.command(sample.newID(), version: 1, priority: .urgent) }
            commands += (0..<20).map { _ in sample.command(sample.newID(), version: 1, priority: .background) }
            commands += (0..<20).map { _ in sample.command(sample.newID(), version: 1) }
            try await pool.run([WorkTable.accept(commands).discarded])
            let claimed = try await pool.run(WorkTable.take(6))
            let priorities = try claimed.map { try CommandCoding.decode($0.body).priority.rawValue }
            #expect(priorities == [0, 0, 0, 0, 1, 2])
        }
    }

    @Test("Two entities of one native object are sent one after the other, under one lane")
    func sharedLane() async throws {
        try await withStore { pool in
            var sample = Sample()
            let customer = sample.newID()
            let contact = sample.newID()
            for (record, entity) in [(customer, EntityKind.customer), (contact, .contact)] {
                let link = Link(id: sample.newID(), object("9", type: "Client", in: "fsm", as: entity), record: record)
                try await pool.run(IdentityMap.require([link]))
                try await pool.run([WorkTable.accept([sample.command(record, version: 1, entity: entity)]).discarded])
            }
            let first = try await pool.run(WorkTable.take())
            #expect(first.count == 1)
            #expect(first.first?.lane.key == .object(NativeReference(type: "Client", id: "9"), in: "fsm"))
            #expect(first.first?.native == NativeReference(type: "Client", id: "9"))
            #expect(try await pool.run(WorkTable.take(by: "b")).isEmpty)
            let claim = try #require(first.first)
            _ = try await pool.run(WorkTable.settle([WorkResult(claim.version, .done)]))
            try await pool.run(Lanes.release([claim.lane]))
            let second = try await pool.run(WorkTable.take(by: "b"))
            #expect(second.count == 1 && second.first?.version.place != claim.version.place)
        }
    }

    @Test("While the circuit is open or the connection paused, work is taken in and not claimed; then one piece probes")
    func openCircuit() async throws {
        try await withStore { pool in
            var sample = Sample()
            let declared = Connections.Declared(
                capabilities: ConnectionCapabilities(connection: "fsm", role: .fsm, entities: []), vendor: "v",
                account: "a", baseURL: "https://x")
            try await pool.run(Connections.declare(declared))
            let commands = (0..<5).map { _ in sample.command(sample.newID(), version: 1) }
            try await pool.run(Connections.pause("fsm", true))
            #expect(try await pool.run(WorkTable.accept(commands)).count == 5)
            #expect(try await pool.run(WorkTable.take()).isEmpty)
            try await pool.run(Connections.pause("fsm", false))
            let failure = Circuits.Failure(.transient, text: "503", fix: "wait")
            let settings = Circuits.Settings(threshold: 1, pause: .seconds(60), ceiling: .seconds(60))
            try await pool.run(Circuits.failed("fsm", .writing, failure, settings: settings))
            #expect(try await pool.run(WorkTable.take()).isEmpty)
            try await pool.run(Circuits.untested("fsm", .writing))
            let probe = try await pool.run(WorkTable.take())
            #expect(probe.count == 1)
            try await pool.run(Circuits.answered("fsm", .writing))
            #expect(try await pool.run(WorkTable.take()).count == 4)
        }
    }

    @Test("Failures count, delays hold, held fields and dead work stay until a newer command")
    func outcomes() async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let place = Place(record: record, connection: "fsm", entity: .customer)
            try await pool.run([WorkTable.accept([sample.command(record, version: 1)]).discarded])
            let claimed = try #require(try await pool.run(WorkTable.take()).first)
            let failure = WorkResult.Failure(.transient, code: "503", text: "busy")
            _ = try await pool.run(
                WorkTable.settle([
                    WorkResult(claimed.version, .retry(after: .seconds(60), failure), held: ["name", "email"])
                ]))
            var row = try #require(try await pool.run(WorkTable.find([place]))[place])
            #expect(row.attempts == 1 && row.state == .ready && row.failure == failure)
            #expect(row.held == ["name", "email"])
            try await pool.run(Lanes.release([claimed.lane]))
            #expect(try await pool.run(WorkTable.take()).isEmpty)

            // A vendor that is away stays away for a newer state, too.
            try await pool.run([WorkTable.accept([sample.command(record, version: 2)]).discarded])
            row = try #require(try await pool.run(WorkTable.find([place]))[place])
            #expect(row.attempts == 0 && row.held.isEmpty && row.version.version == 2)
            #expect(try await pool.run(WorkTable.take()).isEmpty)

            _ = try await pool.run(WorkTable.settle([WorkResult(row.version, .dead(failure))]))
            #expect(try await pool.run(WorkTable.find([place]))[place]?.state == .dead)
            #expect(try await pool.run(WorkTable.reopen([place])) == [place])
            let again = try #require(try await pool.run(WorkTable.take()).first)
            #expect(again.version.generation == 2)
            // What the replay has opened is not closed by an outcome of the generation before.
            #expect(try await pool.run(WorkTable.settle([WorkResult(row.version, .done)])).isEmpty)
            _ = try await pool.run(WorkTable.settle([WorkResult(again.version, .dead(failure))]))
            try await pool.run(Lanes.release([again.lane]))
            try await pool.run([WorkTable.accept([sample.command(record, version: 3)]).discarded])
            #expect(try await pool.run(WorkTable.take()).map(\.version.version) == [3])
        }
    }

    @Test("Freshness is measured from the oldest change that has not arrived")
    func oldestChange() async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let place = Place(record: record, connection: "fsm", entity: .customer)
            let times = [300, 100, 200].map { Instant(seconds: 1_700_000_000 + $0) }
            for (version, time) in zip(1..., times.prefix(2)) {
                try await pool.run([
                    WorkTable.accept([sample.command(record, version: Int64(version), changedAt: time)]).discarded
                ])
            }
            #expect(try await pool.run(WorkTable.find([place]))[place]?.changedAt == times[1])
            let claimed = try #require(try await pool.run(WorkTable.take()).first)
            _ = try await pool.run(WorkTable.settle([WorkResult(claimed.version, .done)]))
            try await pool.run([WorkTable.accept([sample.command(record, version: 3, changedAt: times[2])]).discarded])
            #expect(try await pool.run(WorkTable.find(record: record)).map(\.changedAt) == [times[2]])
        }
    }
}
