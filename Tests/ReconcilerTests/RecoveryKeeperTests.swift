import CanonicalModel
import IntegrationSupport
import Logging
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("Leading a recovery", .database)
struct RecoveryKeeperTests {
    private func step(_ estate: Estate) async throws -> Recovery {
        let keeper = RecoveryKeeper(
            pool: estate.pool, ids: .random, clock: { estate.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await keeper.run()
        return try #require(try await estate.pool.run(Recoveries.open))
    }

    private func begin(_ estate: Estate) async throws {
        try await estate.pool.run(
            Recoveries.begin(estate.id(), restoredTo: estate.now, by: "ada", reason: "a disk was lost"))
    }

    /// The adapter of a connection asks its only stream to the end.
    private func ask(_ connection: ConnectionID, _ estate: Estate) async throws {
        try await estate.pool.run([
            Recoveries.tell(["all"], of: connection),
            Recoveries.note(.rewound, of: "all", connection: connection),
            Recoveries.note(.passed, of: "all", connection: connection),
        ])
    }

    @Test("Writing goes on once all streams were asked, all objects read, and what followed was settled")
    func whole() async throws {
        try await Estate.run { estate in
            let key = LinkKey(
                connection: estate.crm, native: NativeReference(type: "customer", id: "1"), entity: .customer)
            _ = try await estate.pool.run(IdentityMap.insert([Link(id: estate.id(), key, record: estate.id())]))
            try await begin(estate)
            #expect(try await step(estate).phase == .asking)
            for connection in [estate.crm, estate.fsm] { try await ask(connection, estate) }
            #expect(try await step(estate).phase == .asking, "the ledger's adapter has told nothing")
            try await ask(estate.ledger, estate)
            #expect(try await step(estate).phase == .reading)
            let claims = try await estate.pool.run(
                DirtyTable.claim(of: estate.crm, holder: "test", limit: 10, lease: .seconds(30), ceiling: .zero))
            #expect(claims.map(\.native) == [key.native])
            let (_, message) = try estate.event(changedAt: estate.now)
            try await estate.pool.run(MessageTable.insert([message], lease: .zero))
            _ = try await estate.pool.run(DirtyTable.clear(claims))
            #expect(try await step(estate).phase == .routing, "the event of the read is on its way")
            _ = try await estate.pool.run(MessageTable.settle([message.key]))
            let released = try await step(estate)
            #expect(released.phase == .released && !released.isHeld)
            #expect(
                try await estate.pool.query("select count(*) from audit where kind = 'operated'")[0][0, as: Int.self]
                    == 1)
        }
    }

    @Test("Who seemed to propose while the owner was not read yet is read once more, whole")
    func proposals() async throws {
        try await Estate.run { estate in
            let key = LinkKey(
                connection: estate.fsm, native: NativeReference(type: "customer", id: "7"), entity: .customer)
            let record = estate.id()
            _ = try await estate.pool.run(IdentityMap.insert([Link(id: estate.id(), key, record: record)]))
            try await begin(estate)
            for connection in [estate.crm, estate.fsm, estate.ledger] { try await ask(connection, estate) }
            try await estate.pool.run(
                try Proposals.open([
                    Proposal(
                        id: estate.id(), kind: .contactProposal,
                        key: ProposalKey(record: record, field: "phone", connection: estate.fsm), entity: .customer,
                        proposed: .set(.text("1")), current: .set(.text("2")), reason: "theirs", event: estate.id(),
                        changedAt: estate.now, correlation: estate.id())
                ]))
            _ = try await step(estate)
            try await estate.pool.execute("delete from dirty")
            #expect(try await step(estate).phase == .confirming)
            let claims = try await estate.pool.run(
                DirtyTable.claim(of: estate.fsm, holder: "test", limit: 10, lease: .seconds(30), ceiling: .zero))
            #expect(claims.map(\.native) == [key.native] && claims.allSatisfy(\.isWhole))
        }
    }

    @Test("An object of which a create may be the maker that cannot be settled now does not hold all others up")
    func unknownObject() async throws {
        try await Estate.run { estate in
            let place = Place(record: estate.id(), connection: estate.fsm, entity: .job)
            let intent = Intent(
                id: estate.id(), place: place, nativeType: "job", nativeID: nil, key: "k", ordinal: 1, laneEpoch: 1,
                request: [])
            try await estate.pool.run(Intents.open([intent], absentAfter: .seconds(1)))
            try await begin(estate)
            for connection in [estate.crm, estate.fsm, estate.ledger] { try await ask(connection, estate) }
            try await estate.pool.run(
                DirtyTable.mark(
                    ["job", "customer"].map { type in
                        DirtyTable.Mark(
                            NativeReference(type: type, id: "1"), in: estate.fsm, correlation: estate.id(),
                            hintedAt: estate.now)
                    }))
            #expect(try await step(estate).phase == .reading)
            try await estate.pool.execute("delete from dirty where native_type = 'customer'")
            #expect(try await step(estate).phase == .released)
        }
    }
}
