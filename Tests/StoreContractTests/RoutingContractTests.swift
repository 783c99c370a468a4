import CanonicalModel
import ConnectorKit
import IntegrationSupport
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("What both stores promise of routing and publishing", .database) struct RoutingContractTests {
    private func customer(_ store: any StoreUnderTest, _ number: Int = 1, name: String = "Miller") -> CanonicalEvent {
        store.event(
            store.client(number), ["name": .set(.text(name))], from: type(of: store).crm, change: .created)
    }

    private func job(_ store: any StoreUnderTest) -> CanonicalEvent {
        store.event(
            NativeReference(type: "job", id: "1"),
            [
                "title": .set(.text("Roof")),
                "customer": .set(.reference(.native(store.client(), .customer))),
            ], entity: .job, from: type(of: store).crm, change: .created)
    }

    @Test("A message is routed once, however often and in however many batches it comes", arguments: StoreKind.allCases)
    func once(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let (first, second) = (customer(store), job(store))
            let twice = try await store.route([(MessageKey(first.id), first), (MessageKey(first.id), first)])
            #expect(twice.count == 1)
            let routed = try await store.route([(MessageKey(first.id), first), (MessageKey(second.id), second)])
            #expect(Set(routed.commands.map(\.entity)) == [.customer, .job], "the job brings its customer along")
            let again = try await store.route([(MessageKey(second.id), second), (MessageKey(first.id), first)])
            #expect(again.commands.isEmpty && again.count == 0)
        }
    }

    @Test(
        "An event that waits for a parent is opened again with it, as the next generation",
        arguments: StoreKind.allCases)
    func parked(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let child = job(store)
            let parent = customer(store)
            let waiting = try await store.route([(MessageKey(child.id), child)])
            #expect(waiting.commands.allSatisfy { $0.verb == .read })
            #expect(try await store.route([(MessageKey(child.id), child)]).commands.isEmpty, "it waits already")
            let opened = try await store.route([(MessageKey(parent.id), parent)])
            #expect(opened.reopened == [child.id])
            #expect(try await store.route([(MessageKey(child.id), child)]).commands.isEmpty, "an old generation")
            let routed = try await store.route([(MessageKey(child.id, generation: 2), child)])
            #expect(Set(routed.commands.map(\.entity)) == [.customer, .job])
        }
    }

    @Test("Nobody takes an object for a record whose own create is under way", arguments: StoreKind.allCases)
    func pendingLink(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let (parent, child) = (customer(store), job(store))
            let routed = try await store.route([(MessageKey(parent.id), parent), (MessageKey(child.id), child)])
            let command = try #require(routed.commands.first { $0.entity == .customer })
            try await store.accept(command)
            let claim = try #require(try await store.claimWork().first)
            let intent = store.intent(claim)
            try await store.open(intent, claim)
            let seen = store.event(store.client(7), ["name": .set(.text("Miller"))], externalID: command.record)
            await #expect { _ = try await store.route([(MessageKey(seen.id), seen)]) } throws: {
                isCode($0, .linkTaken)
            }
            try await store.settle(store.result(claim, .done(note: nil), intent, link: store.client(7)))
            #expect(try await store.route([(MessageKey(seen.id), seen)]).commands.isEmpty)
        }
    }

    @Test("A record is saved as the next of its versions", arguments: StoreKind.allCases)
    func versions(_ kind: StoreKind) async throws {
        try await kind.run { store in
            let (parent, child) = (customer(store), job(store))
            _ = try await store.route([(MessageKey(parent.id), parent), (MessageKey(child.id), child)])
            var versions: [Int64] = []
            for name in ["Mills", "Miller", "Millner"] {
                let event = store.event(store.client(), ["name": .set(.text(name))], from: type(of: store).crm)
                versions += try await store.route([(MessageKey(event.id), event)]).commands.map(\.version)
            }
            #expect(versions.count == 3)
            #expect(versions == versions.sorted() && Set(versions).count == 3)
        }
    }

    @Test(
        "What is not confirmed is published again after its lease, what is not settled after more time or with a lost queue",
        arguments: StoreKind.allCases)
    func republication(_ kind: StoreKind) async throws {
        try await kind.run { store in
            try await store.hint(store.client())
            let claim = try #require(try await store.claimDirty().first)
            let event = store.event(store.client(), ["name": .set(.text("Miller"))], change: .created)
            try await store.commit(claim, name: "Miller", event: event)
            #expect(store.handed().map(\.id) == [event.id])
            let key = MessageKey(event.id)
            #expect(try await store.claimMessages().isEmpty, "its own relay has it")
            try await store.pass(.seconds(31))
            #expect(try await store.claimMessages() == [key])
            #expect(try await store.claimMessages().isEmpty, "it is on its way")
            try await store.pass(.seconds(61))
            #expect(try await store.claimMessages() == [key])
            try await store.markPublished([key])
            try await store.pass(.seconds(300))
            #expect(try await store.claimMessages().isEmpty, "its consumer may take its time")
            try await store.queueWasLost()
            #expect(try await store.claimMessages() == [key])
            try await store.markPublished([key])
            try await store.pass(.seconds(86_400))
            #expect(try await store.claimMessages() == [key], "nobody has settled it for a day")
            _ = try await store.route([(key, event)])
            try await store.pass(.seconds(86_400))
            #expect(try await store.claimMessages().filter { $0 == key }.isEmpty, "it was settled")
        }
    }
}
