import CanonicalModel
import ConnectorKit
import IntegrationSupport
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("What both stores promise of reading", .database) struct ReadingContractTests {
    @Test(
        "A lane has one holder; it is taken over after its lease and the request's ceiling, and the old holder is fenced",
        arguments: StoreKind.allCases)
    func fencing(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.hint(store.client())
            let first = try #require(try await store.claimDirty().first)
            #expect(try await store.claimDirty().isEmpty)
            try await store.pass(.seconds(45))
            #expect(try await store.claimDirty().isEmpty, "the lease is over, and a request may still be on its way")
            try await store.pass(.seconds(10))
            let second = try #require(try await store.claimDirty().first)
            #expect(second.lane.epoch > first.lane.epoch)
            await #expect { try await store.commit(first, name: "Miller") } throws: { isCode($0, .laneLost) }
            await #expect { try await store.adapter().extend([first.lane]) } throws: { isCode($0, .laneLost) }
            try await store.adapter().release([first.lane])
            try await store.adapter().extend([second.lane])
            try await store.commit(second, name: "Miller")
            try await store.pass(.seconds(60))
            #expect(try await store.claimDirty().isEmpty)
        }
    }

    @Test("A lane that is prolonged is not taken over", arguments: StoreKind.allCases)
    func prolonged(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.hint(store.client())
            let claim = try #require(try await store.claimDirty().first)
            for _ in 0..<6 {
                try await store.pass(.seconds(9))
                try await store.adapter().extend([claim.lane])
            }
            #expect(try await store.claimDirty().isEmpty)
            try await store.commit(claim, name: "Miller")
        }
    }

    @Test("A read clears the hints that came before it, and no other", arguments: StoreKind.allCases)
    func dirtyCount(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.hint(store.client())
            try await store.hint(store.client())
            let claim = try #require(try await store.claimDirty().first)
            #expect(claim.marks == 2)
            try await store.hint(store.client())
            try await store.commit(claim, name: "Miller")
            let next = try #require(try await store.claimDirty().first, "the third hint came after the read had begun")
            #expect(next.marks == 3)
            try await store.commit(next, name: "Mills")
            #expect(try await store.claimDirty().isEmpty)
        }
    }

    @Test("What is put off is due again after its wait, with its attempts", arguments: StoreKind.allCases)
    func putOff(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.hint(store.client())
            let claim = try #require(try await store.claimDirty().first)
            var commit = IngestCommit(connection: claim.connection)
            commit.finished = [.init(claim: claim, retryAfter: .seconds(60), failure: "away")]
            try await store.adapter().commit(commit)
            #expect(try await store.claimDirty().isEmpty)
            try await store.pass(.seconds(61))
            let again = try #require(try await store.claimDirty().first)
            #expect(again.attempts == 1)
        }
    }

    @Test(
        "A shadow that was read later stays, its event is dropped, and the object is read again",
        arguments: StoreKind.allCases)
    func overtaken(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.hint(store.client())
            let first = try #require(try await store.claimDirty().first)
            try await store.commit(first, name: "new", readAt: store.now.advanced(bySeconds: 5))
            try await store.hint(store.client())
            let second = try #require(try await store.claimDirty().first)
            let event = store.event(store.client(), ["name": .set(.text("old"))])
            try await store.commit(second, name: "old", readAt: store.now, event: event)
            #expect(store.handed().isEmpty)
            let known = try await store.adapter().knowledge(
                of: [store.key()], bearing: [:], connection: second.connection)
            #expect(known.shadows[store.key()]?.fields["name"] == .set(.text("new")))
            #expect(try await store.claimDirty().count == 1)
        }
    }

    @Test("A cursor moves from where it stood, and its page's hints come with it", arguments: StoreKind.allCases)
    func cursor(_ kind: StoreKind) async throws {
        try await kind.run { store in
            func page(from old: String?, to new: String, naming native: NativeReference) -> KeptPage {
                KeptPage(
                    connection: ConnectionID("fsm-main"), stream: "s", correlation: store.id(),
                    hints: [ChangeHint(native: native, topic: "x")], before: old, cursor: new)
            }
            try await store.adapter().keep(page(from: nil, to: "1", naming: store.client(1)))
            await #expect {
                try await store.adapter().keep(page(from: nil, to: "2", naming: store.client(2)))
            } throws: {
                isCode($0, .checkpointMoved)
            }
            let place = try await store.adapter().place(
                of: "s", among: ["s"], connection: ConnectionID("fsm-main"))
            #expect(place == StreamPlace(cursor: "1", recovery: nil))
            #expect(try await store.claimDirty().map(\.native) == [store.client(1)])
        }
    }
}

func isCode(_ error: any Error, _ code: StoreError.Code) -> Bool { (error as? StoreError)?.code == code }
