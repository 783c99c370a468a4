import CanonicalModel
import ConnectorKit
import IntegrationSupport
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("What both stores promise of work", .database) struct WorkContractTests {
    @Test(
        "The newest desired state counts, in whatever order the commands come and however often",
        arguments: StoreKind.allCases)
    func newest(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            let old = store.command(record, version: 1, name: "old")
            let new = store.command(record, version: 2, name: "new")
            try await store.accept(new)
            try await store.accept(old, new)
            let claims = try await store.claimWork()
            #expect(claims.map(\.command) == [new])
            try await store.settle(store.result(claims[0], .done(note: "it is not created here")))
            try await store.accept(new)
            try await store.accept(old)
            #expect(try await store.claimWork().isEmpty, "both were taken in before")
        }
    }

    @Test("A state that comes while an older one is being sent stays to be sent", arguments: StoreKind.allCases)
    func overtaken(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            try await store.accept(store.command(record, version: 1))
            let claim = try #require(try await store.claimWork().first)
            try await store.accept(store.command(record, version: 2, name: "new"))
            try await store.settle(store.result(claim, .done(note: "nothing to do")))
            #expect(try await store.claimWork().first?.command.version == 2)
        }
    }

    @Test("Urgent work goes first, and each class has its share", arguments: StoreKind.allCases)
    func shares(_ kind: StoreKind) async throws {
        try await kind.run { store in
            for priority in [SyncCommand.Priority.background, .background, .normal, .normal] {
                try await store.accept(store.command(store.id(), priority: priority))
            }
            for _ in 0..<5 { try await store.accept(store.command(store.id(), priority: .urgent)) }
            let claims = try await store.claimWork(limit: 5)
            #expect(claims.map(\.command.priority.rawValue) == [0, 0, 0, 1, 2])
        }
    }

    @Test("Whoever takes urgent work only leaves the rest to others", arguments: StoreKind.allCases)
    func lowest(_ kind: StoreKind) async throws {
        try await kind.run { store in
            for priority in [SyncCommand.Priority.background, .normal, .urgent] {
                try await store.accept(store.command(store.id(), priority: priority))
            }
            #expect(try await store.claimWork(downTo: .normal).map(\.work.priority) == [.urgent, .normal])
            #expect(try await store.claimWork(downTo: .normal).isEmpty)
            #expect(try await store.claimWork().map(\.work.priority) == [.background])
        }
    }

    @Test(
        "What failed is due after its wait, which a newer state does not shorten; it counts its attempts",
        arguments: StoreKind.allCases)
    func retries(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            try await store.accept(store.command(record, version: 1))
            let claim = try #require(try await store.claimWork().first)
            try await store.settle(store.result(claim, .retry(after: .seconds(60), fault: type(of: store).fault)))
            try await store.accept(store.command(record, version: 2, name: "new"))
            #expect(try await store.claimWork().isEmpty)
            try await store.pass(.seconds(61))
            let again = try #require(try await store.claimWork().first)
            #expect(again.command.version == 2)
            #expect(again.work.attempts == 0, "a newer state begins anew")
            try await store.settle(store.result(again, .retry(after: .zero, fault: type(of: store).fault)))
            try await store.pass(.seconds(1))
            #expect(try await store.claimWork().first?.work.attempts == 1)
        }
    }

    @Test("Whoever has lost its lane writes nothing of what came of work", arguments: StoreKind.allCases)
    func fencing(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            let first = try #require(try await store.claimWork().first)
            try await store.pass(.seconds(55))
            let second = try #require(try await store.claimWork().first)
            await #expect { try await store.open(store.intent(first), first) } throws: { isCode($0, .laneLost) }
            await #expect { try await store.settle(store.result(first, .done(note: nil))) } throws: {
                isCode($0, .laneLost)
            }
            let intent = store.intent(second)
            try await store.open(intent, second)
            try await store.settle(store.result(second, .done(note: nil), intent, link: store.client()))
        }
    }

    @Test(
        "Work that waits for a parent goes on when that is linked, whoever waits first", arguments: StoreKind.allCases)
    func parents(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let parent = store.id()
            try await store.accept(store.command(store.id()))
            let child = try #require(try await store.claimWork().first)
            try await store.settle(
                store.result(child, .waits(for: [store.place(parent)], cause: "it is not there yet")))
            #expect(try await store.claimWork().isEmpty)
            try await store.create(parent, as: store.client(1))
            let again = try #require(try await store.claimWork().first)
            #expect(again.place == child.place)
            try await store.settle(
                store.result(again, .waits(for: [store.place(parent)], cause: "it is not there yet")))
            #expect(try await store.claimWork().count == 1, "its parent was linked meanwhile")
        }
    }

    @Test(
        "An object stands for one record: who makes or finds it for another one is given up",
        arguments: StoreKind.allCases)
    func taken(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            try await store.create(record, as: store.client(1))
            let places = try await store.adapter().places(of: [record], connection: type(of: store).connection)
            #expect(places[record]?.map(\.native) == [store.client(1)])
            let other = store.id()
            try await store.accept(store.command(other))
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim)
            try await store.settle(store.result(claim, .goesOn, intent, link: store.client(1)))
            #expect(try await store.claimWork().isEmpty)
            #expect(try await store.adapter().places(of: [other], connection: claim.place.connection).isEmpty)
        }
    }
}
