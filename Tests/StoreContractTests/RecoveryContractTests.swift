import CanonicalModel
import ConnectorKit
import IntegrationSupport
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("What both stores promise after a restored backup", .database) struct RecoveryContractTests {
    @Test(
        "Nothing is handed out to be written, and no request opened, before a recovery is released",
        arguments: StoreKind.allCases)
    func hold(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            try await store.accept(store.command(store.id()))
            let claim = try #require(try await store.claimWork(limit: 1).first)
            try await store.beginRecovery(restoredTo: store.now)
            #expect(try await store.claimWork().isEmpty)
            await #expect { try await store.open(store.intent(claim), claim) } throws: { isCode($0, .recovering) }
            try await store.hint(store.client())
            #expect(try await store.claimDirty().count == 1, "reading goes on")
            try await store.releaseRecovery()
            #expect(try await store.claimWork().count == 1)
            try await store.open(store.intent(claim), claim)
        }
    }

    @Test("For a day a create is looked for first, until an attempt of it has ended", arguments: StoreKind.allCases)
    func search(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let known = store.id()
            try await store.create(known, as: store.client())
            try await store.beginRecovery(restoredTo: store.now)
            try await store.releaseRecovery()
            try await store.accept(store.command(known, version: 2, name: "Mills"))
            let linked = try #require(try await store.claimWork().first)
            #expect(linked.searchedSince == nil, "it has its object")
            try await store.settle(store.result(linked, .done(note: nil)))
            try await store.accept(store.command(store.id()))
            let first = try #require(try await store.claimWork().first)
            #expect(first.searchedSince != nil)
            let intent = store.intent(first)
            try await store.open(intent, first)
            try await store.settle(store.result(first, .goesOn, intent, .absent))
            let second = try #require(try await store.claimWork().first)
            #expect(second.searchedSince == nil, "it was looked for")
            try await store.settle(store.result(second, .done(note: nil)))
            try await store.accept(store.command(store.id()))
            try await store.pass(.seconds(LostTime.search + 1))
            #expect(try await store.claimWork().first?.searchedSince == nil, "the day is over")
        }
    }

    @Test("A stream goes back once, and is through when it was asked to its end since", arguments: StoreKind.allCases)
    func streams(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let connection = type(of: store).connection
            func left() async throws -> StreamRecovery? {
                try await store.adapter().place(of: "clients", among: ["clients", "jobs"], connection: connection)
                    .recovery
            }
            #expect(try await left() == nil)
            let moment = Instant("2026-03-02T15:00:00Z")!
            try await store.beginRecovery(restoredTo: moment)
            #expect(try await left() == .rewind(to: moment.advanced(bySeconds: -600)))
            try await store.adapter().note(.rewound, of: "clients", connection: connection)
            #expect(try await left() == .asking)
            try await store.adapter().note(.passed, of: "clients", connection: connection)
            #expect(try await left() == nil)
            let other = try await store.adapter().place(
                of: "jobs", among: ["clients", "jobs"], connection: connection
            ).recovery
            #expect(other == .rewind(to: moment.advanced(bySeconds: -600)))
            try await store.releaseRecovery()
            let released = try await store.adapter().place(
                of: "jobs", among: ["clients", "jobs"], connection: connection
            ).recovery
            #expect(released == nil)
        }
    }

    @Test("A command without a row that was made before a recovery began covers nothing", arguments: StoreKind.allCases)
    func lostCommand(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            func made(_ seconds: Int64) -> CanonicalID { IDSource.random.next(store.now.advanced(bySeconds: seconds)) }
            try await store.beginRecovery(restoredTo: store.now)
            try await store.accept(store.command(record, version: 9, name: "lost", id: made(-60)))
            try await store.accept(store.command(record, version: 2, name: "new", id: made(60)))
            try await store.releaseRecovery()
            let claim = try #require(try await store.claimWork().first)
            #expect(claim.command.version == 2)
            #expect(claim.command.desired["name"]?.value == .set(.text("new")))
        }
    }
}
