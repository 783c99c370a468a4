import CanonicalModel
import ConnectorKit
import IntegrationSupport
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("What both stores promise of requests", .database) struct IntentContractTests {
    @Test(
        "A request of unknown outcome is settled first; 'absent' counts after its time only, and leaves the same key",
        arguments: StoreKind.allCases)
    func absence(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            let claim = try #require(try await store.claimWork().first)
            #expect(claim.unsettled == nil && claim.ordinal == 1)
            let intent = store.intent(claim)
            try await store.open(intent, claim, absentAfter: .seconds(100))
            await #expect { try await store.open(store.intent(claim), claim) } throws: { isCode($0, .intentOpen) }
            let unknown = ConnectorFault(.unknownOutcome, code: "lost", message: "no answer", fix: "wait")
            try await store.settle(
                store.result(claim, .retry(after: .seconds(5), fault: unknown), intent, .unknown))
            try await store.pass(.seconds(30))
            #expect(try await store.claimWork().isEmpty, "the request may still be on its way: the lane is kept")
            try await store.pass(.seconds(15))
            let early = try #require(try await store.claimWork().first)
            #expect(early.unsettled?.id == intent.id)
            #expect(early.unsettled?.mayBeAbsent == false)
            try await store.settle(store.result(early, .retry(after: .seconds(5), fault: unknown)))
            try await store.pass(.seconds(60))
            let late = try #require(try await store.claimWork().first)
            #expect(late.unsettled?.mayBeAbsent == true)
            try await store.settle(store.result(late, .goesOn, intent, .absent))
            let next = try #require(try await store.claimWork().first)
            #expect(next.unsettled == nil && next.ordinal == 1)
        }
    }

    @Test(
        "A request may leave long after it was opened: the time for it to show begins when its outcome becomes unknown",
        arguments: StoreKind.allCases)
    func sentLate(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim, absentAfter: .seconds(100))
            try await store.pass(.seconds(5))
            let unknown = ConnectorFault(.unknownOutcome, code: "lost", message: "no answer", fix: "wait")
            try await store.settle(
                store.result(claim, .retry(after: .seconds(5), fault: unknown), intent, .unknown))
            try await store.pass(.seconds(98))
            let early = try #require(try await store.claimWork().first)
            #expect(early.unsettled?.mayBeAbsent == false, "it was opened 103 s ago and may have left 98 s ago")
            try await store.settle(store.result(early, .retry(after: .seconds(5), fault: unknown)))
            try await store.pass(.seconds(60))
            #expect(try await store.claimWork().first?.unsettled?.mayBeAbsent == true)
        }
    }

    @Test(
        "What a process has left open when it died may show as late as an index lags behind the claim of its lane",
        arguments: StoreKind.allCases)
    func leftOpen(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim, absentAfter: .seconds(10))
            try await store.pass(.seconds(100))
            let taken = try #require(try await store.claimWork().first)
            #expect(taken.unsettled?.state == .open && taken.unsettled?.mayBeAbsent == false)
            let unknown = ConnectorFault(.unknownOutcome, code: "lost", message: "no answer", fix: "wait")
            var result = store.result(taken, .retry(after: .seconds(5), fault: unknown))
            result.intent = Intents.Outcome(id: intent.id, state: .unknown, unseenFor: .seconds(100))
            try await store.settle(result)
            try await store.pass(.seconds(60))
            let early = try #require(try await store.claimWork().first)
            #expect(early.unsettled?.mayBeAbsent == false)
            try await store.settle(store.result(early, .retry(after: .seconds(5), fault: unknown)))
            try await store.pass(.seconds(60))
            #expect(try await store.claimWork().first?.unsettled?.mayBeAbsent == true)
        }
    }

    @Test("A refusal moves the key of the next create on", arguments: StoreKind.allCases)
    func refusal(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim)
            try await store.settle(store.result(claim, .goesOn, intent, .refused))
            #expect(try await store.claimWork().first?.ordinal == 2)
        }
    }

    @Test(
        "While a create is under way nobody takes a new object of its type for a stranger's",
        arguments: StoreKind.allCases)
    func creating(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim)
            func creating() async throws -> Set<String> {
                try await store.adapter().knowledge(
                    of: [store.key()], bearing: [:], connection: claim.place.connection
                ).creating
            }
            #expect(try await creating() == ["customer"])
            try await store.settle(store.result(claim, .done(note: nil), intent, link: store.client()))
            #expect(try await creating().isEmpty)
        }
    }

    @Test("A create that was given up as absent is known when it comes after all, once", arguments: StoreKind.allCases)
    func lateCreate(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            try await store.accept(store.command(record))
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim)
            try await store.settle(store.result(claim, .goesOn, intent, .absent))
            let late = store.key(2)
            func knowledge() async throws -> ObjectKnowledge {
                try await store.adapter().knowledge(of: [late], bearing: [late: record], connection: late.connection)
            }
            var create = Intents.LateCreate(intent: intent.id, record: record, isReplaced: false)
            #expect(try await knowledge().lateCreates == [late: create], "no other object stands for the record yet")
            let next = try #require(try await store.claimWork().first)
            let second = store.intent(next)
            try await store.open(second, next)
            try await store.settle(store.result(next, .done(note: nil), second, link: store.client(1)))
            create.isReplaced = true
            #expect(try await knowledge().lateCreates == [late: create])
            try await store.hint(store.client(2))
            let dirty = try #require(try await store.claimDirty().first)
            var commit = IngestCommit(connection: late.connection)
            commit.finished = [.init(claim: dirty)]
            commit.cameLate = [intent.id]
            commit.lateObjects = [LateObjects.Entry(late, record: record, correlation: store.id())]
            try await store.adapter().commit(commit)
            let known = try await knowledge()
            #expect(known.lateCreates.isEmpty)
            #expect(known.lateObjects == [store.client(2)])
        }
    }

    @Test(
        "Of an object that nobody has seen yet, a create that was believed absent may be what has made it",
        arguments: StoreKind.allCases)
    func lateMaker(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            try await store.accept(store.command(record))
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim)
            try await store.settle(store.result(claim, .goesOn, intent, .absent))
            let next = try #require(try await store.claimWork().first)
            let second = store.intent(next)
            try await store.open(second, next)
            var found = store.result(next, .done(note: nil), second, link: store.client())
            found.shadow?.readAt = Shadow.assumed
            try await store.settle(found)
            func makers() async throws -> [CanonicalID] {
                try await store.adapter().knowledge(
                    of: [store.key()], bearing: [:], connection: claim.place.connection
                ).lateWrites[store.key()]?.filter(\.isCreate).map(\.intent) ?? []
            }
            #expect(try await makers() == [intent.id])
            try await store.hint(store.client())
            try await store.commit(try #require(try await store.claimDirty().first), name: "Miller")
            #expect(try await makers().isEmpty, "it was seen")
        }
    }

    @Test("A request that was sent once more is a write that may come late", arguments: StoreKind.allCases)
    func resent(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let record = store.id()
            try await store.create(record, as: store.client())
            try await store.accept(store.command(record, version: 2, name: "new"))
            let claim = try #require(try await store.claimWork().first)
            #expect(claim.native == store.client())
            #expect(claim.shadow?.fields["name"] == .set(.text("Miller")))
            let intent = store.intent(claim, native: store.client())
            try await store.open(intent, claim)
            func lateWrites() async throws -> Int {
                try await store.adapter().knowledge(
                    of: [store.key()], bearing: [:], connection: claim.place.connection
                ).lateWrites[store.key()]?.count ?? 0
            }
            #expect(try await lateWrites() == 0)
            try await store.adapter().resend(intent, lane: claim.work.lane, absentAfter: .seconds(60))
            try await store.settle(store.result(claim, .done(note: nil), intent))
            #expect(try await lateWrites() == 1)
        }
    }

    @Test("A request goes to an object only while that is the record's own", arguments: StoreKind.allCases)
    func moved(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.accept(store.command(store.id()))
            let claim = try #require(try await store.claimWork().first)
            await #expect { try await store.open(store.intent(claim, native: store.client()), claim) } throws: {
                isCode($0, .linkMoved)
            }
        }
    }
}
