import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncPolicy
import SyncStore
import Testing

@Suite("Effects and the work that carries them", .database)
struct EffectsTests {
    private let native = NativeReference(type: "job", id: "7")

    /// An effect that wants a record, and a command that brings it.
    private func wanted(
        _ sample: inout Sample, _ pool: PostgresPool, record: CanonicalID, kind: EffectKind = .createJob
    ) async throws -> RouteOutput.Effect {
        let effect = RouteOutput.Effect(
            id: sample.newID(), kind: kind, cause: sample.newID(), occurrence: 1, result: record, reason: "approved")
        try await pool.run(Effects.insert([effect]))
        return effect
    }

    /// Takes commands in as an adapter does.
    private func accept(_ commands: [ReceivedCommand], _ transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(WorkTable.accept(commands), WorkTable.carryEffects(of: commands))
    }

    /// Writes the outcome of claimed work as an adapter does: its system shows everything.
    private func shown(_ claimed: ClaimedWork, at native: NativeReference) -> [Statement<Void>] {
        var statements = [
            Lanes.check([claimed.lane]), WorkTable.settle([WorkResult(claimed.version, .done)]).discarded,
        ]
        if let effect = claimed.effect {
            statements.append(
                Effects.settle([
                    .init(
                        effect: effect, place: claimed.version.place, native: native, isShown: true, isGivenUp: false)
                ]))
        }
        return statements + [Lanes.release([claimed.lane])]
    }

    private func states(_ pool: PostgresPool, _ record: CanonicalID) async throws -> [Effects.State] {
        try await pool.run(Effects.about(record)).map(\.state)
    }

    @Test(
        "A newer state covers the command and not its effect, whichever comes first (R13.3)", arguments: [true, false])
    func covered(newerFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let effect = try await wanted(&sample, pool, record: record)
            let old = sample.command(record, version: 1, effect: effect.id)
            let new = sample.command(record, version: 2)
            let (one, other) = newerFirst ? (new, old) : (old, new)
            let meeting = try await pool.meet({ try await accept([one], $0) }, { try await accept([other], $0) })
            try meeting.first.get()
            try meeting.second.get()
            let claimed = try await pool.run(WorkTable.take())
            #expect(claimed.map(\.version.version) == [2])
            #expect(claimed.map(\.effect) == [effect.id])
        }
    }

    @Test(
        "The outcome of an effect's work settles it, and a newer command that meets it stays to be sent (R13.3)",
        arguments: [true, false])
    func newerDuringOutcome(outcomeFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let effect = try await wanted(&sample, pool, record: record)
            let first = sample.command(record, version: 1, effect: effect.id)
            try await pool.withTransaction { try await accept([first], $0) }
            let claimed = try #require(try await pool.run(WorkTable.take()).first)
            let newer = sample.command(record, version: 2)
            let settle: @Sendable (PostgresTransaction) async throws -> Void = {
                try await $0.run(shown(claimed, at: native))
            }
            let take: @Sendable (PostgresTransaction) async throws -> Void = { try await accept([newer], $0) }
            let meeting = outcomeFirst ? try await pool.meet(settle, take) : try await pool.meet(take, settle)
            #expect(meeting.secondWaited)
            try meeting.first.get()
            try meeting.second.get()
            let standing = try #require(try await pool.run(Effects.about(record)).first)
            #expect(standing.state == .done && standing.native == native && standing.connection == "fsm")
            let next = try await pool.run(WorkTable.take())
            #expect(next.map(\.version.version) == [2])
            #expect(next.map(\.effect) == [nil], "what is over is carried no more")
        }
    }

    @Test(
        "A command with an effect that meets the outcome of the newer state opens the work for one more look",
        arguments: [true, false])
    func carrierDuringOutcome(outcomeFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let effect = try await wanted(&sample, pool, record: record)
            let newer = sample.command(record, version: 2)
            try await pool.withTransaction { try await accept([newer], $0) }
            let claimed = try #require(try await pool.run(WorkTable.take()).first)
            let late = sample.command(record, version: 1, effect: effect.id)
            let settle: @Sendable (PostgresTransaction) async throws -> Void = {
                try await $0.run(shown(claimed, at: native))
            }
            let take: @Sendable (PostgresTransaction) async throws -> Void = { try await accept([late], $0) }
            let meeting = outcomeFirst ? try await pool.meet(settle, take) : try await pool.meet(take, settle)
            try meeting.first.get()
            try meeting.second.get()
            #expect(try await states(pool, record) == [.wanted])
            let next = try #require(try await pool.run(WorkTable.take()).first)
            #expect(next.version.version == 2 && next.effect == effect.id)
            try await pool.run(shown(next, at: native))
            #expect(try await states(pool, record) == [.done])
            // The same command once more, by a replay: there is nothing left to do.
            try await pool.withTransaction { try await accept([late], $0) }
            #expect(try await pool.run(WorkTable.take()).isEmpty)
        }
    }

    @Test("What is given up is dead until it is done after all; what is done or cancelled stays so")
    func givenUp() async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let place = Place(record: record, connection: "fsm", entity: .customer)
            let effect = try await wanted(&sample, pool, record: record)
            func settle(_ native: NativeReference?, shown: Bool = false, dead: Bool = false) async throws {
                try await pool.run(
                    Effects.settle([
                        .init(effect: effect.id, place: place, native: native, isShown: shown, isGivenUp: dead)
                    ]))
            }
            try await settle(nil)
            #expect(try await states(pool, record) == [.wanted], "it waits, or is tried again")
            try await settle(nil, dead: true)
            #expect(try await states(pool, record) == [.dead])
            try await settle(native, dead: true)
            #expect(try await states(pool, record) == [.done], "the record is there; only a later state was refused")
            try await settle(nil, dead: true)
            #expect(try await states(pool, record) == [.done])
            try await pool.execute("update effect set state = 'cancelled'")
            try await settle(native, shown: true)
            #expect(try await states(pool, record) == [.cancelled])
        }
    }

    @Test("An effect that changes a record is done when it shows, and an older one of its kind with it")
    func olderWithIt() async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let place = Place(record: record, connection: "fsm", entity: .opportunity)
            let older = try await wanted(&sample, pool, record: record, kind: .closeOpportunity)
            let newer = try await wanted(&sample, pool, record: record, kind: .closeOpportunity)
            let other = try await wanted(&sample, pool, record: record, kind: .createInvoice)
            for isShown in [false, true] {
                try await pool.run(
                    Effects.settle([
                        .init(effect: newer.id, place: place, native: native, isShown: isShown, isGivenUp: false)
                    ]))
                let standing = try await pool.run(Effects.about(record))
                let done = Set(standing.filter { $0.state == .done }.map(\.id))
                #expect(done == (isShown ? [older.id, newer.id] : []))
                #expect(standing.first { $0.id == other.id }?.state == .wanted)
            }
        }
    }

    @Test("Effects from before are settled or carried by what is there, when the tables are brought up to date")
    func upgrade() async throws {
        try await withStore { pool in
            var sample = Sample()
            let migrator = try Migrator(SyncStore.migrations())
            try await migrator.migrate(to: 7, on: pool)
            let connection = Connections.Declared(
                capabilities: ConnectionCapabilities(connection: "fsm", role: .fsm, entities: []), vendor: "v",
                account: "a", baseURL: "https://x")
            // There were no circuits then.
            try await pool.run(Array(Connections.declare(connection).dropLast()))
            let (made, waiting, refused) = (sample.newID(), sample.newID(), sample.newID())
            for record in [made, waiting, refused] {
                _ = try await wanted(&sample, pool, record: record)
                try await pool.execute(
                    """
                    insert into work (
                        connection, record, entity, version, priority, due_at, changed_at, command, correlation, body)
                    values ('fsm', \(record), 'customer', 1, 1, now(), now(), \(sample.newID()), \(sample.newID()), '')
                    """)
            }
            let link = Link(
                id: sample.newID(), object("7", type: "job", in: "fsm"), record: made)
            try await pool.run(IdentityMap.require([link]))
            try await pool.execute("update work set state = 'done' where record = \(made)")
            try await pool.execute("update work set state = 'dead' where record = \(refused)")
            try await migrator.migrate(on: pool)
            #expect(try await states(pool, made) == [.done])
            #expect(try await pool.run(Effects.about(made)).first?.native == native)
            #expect(try await states(pool, waiting) == [.wanted])
            #expect(try await states(pool, refused) == [.dead])
            let carried = try await pool.query("select count(*) from work where effect is not null")
            #expect(try carried[0][0, as: Int.self] == 2)
        }
    }
}
