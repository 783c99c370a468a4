import CanonicalModel
import ConnectorKit
import IntegrationSupport
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("Workers for urgent and for background work", .database, .timeLimit(.minutes(1)))
struct EgressSharesTests {
    /// Calls of background work that wait, as they do for an account's rate budget.
    private final class Budget: Sendable {
        private let state = Mutex<
            (isOpen: Bool, waiting: [CheckedContinuation<Void, Never>], calls: [SyncCommand.Priority])
        >(
            (false, [], []))

        var calls: [SyncCommand.Priority] { state.withLock(\.calls) }
        var isWaitedFor: Bool { state.withLock { !$0.waiting.isEmpty } }

        func take() async {
            await withCheckedContinuation { call in
                let mayGo = state.withLock { state in
                    state.calls.append(CallPriority.current)
                    guard CallPriority.current == .background, !state.isOpen else { return true }
                    state.waiting.append(call)
                    return false
                }
                if mayGo { call.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for call in waiting { call.resume() }
        }
    }

    private func want(_ workshop: Workshop, _ name: String, _ priority: SyncCommand.Priority) async throws
        -> CanonicalID
    {
        let record = workshop.newID()
        try await workshop.want(record, ["name": .text(name)], priority: priority)
        return record
    }

    private func isDone(_ record: CanonicalID, _ workshop: Workshop) async throws -> Bool {
        try await workshop.work(record)?.state == .done
    }

    @Test(
        "R17.7: however long background work waits for calls, what is more urgent finds a worker, and the rest its turn"
    )
    func reserved() async throws {
        try await Workshop.open { workshop in
            let budget = Budget()
            workshop.vendor.whileSending.withLock { $0 = { await budget.take() } }
            let loop = workshop.egress()
            let first = try await want(workshop, "first", .background)
            async let slow = loop.round()
            while !budget.isWaitedFor { await Task.yield() }
            let second = try await want(workshop, "second", .background)
            let live = try await want(workshop, "live", .normal)
            #expect(loop.hasBackground)
            while try await loop.round() {}
            #expect(try await isDone(live, workshop))
            #expect(try await isDone(second, workshop) == false)
            #expect(try await isDone(first, workshop) == false)
            budget.open()
            #expect(try await slow, "somebody was refused: there may be more")
            while try await loop.round() {}
            for record in [first, second] { #expect(try await isDone(record, workshop)) }
            #expect(!loop.hasBackground, "a round that only looks for background work is soon done")
        }
    }

    @Test("R17.7: urgent and background work of one claim have calls of their own urgency and ends of their own")
    func apart() async throws {
        try await Workshop.open { workshop in
            let budget = Budget()
            workshop.vendor.whileSending.withLock { $0 = { await budget.take() } }
            let loop = workshop.egress()
            let slow = try await want(workshop, "slow", .background)
            let live = try await want(workshop, "live", .urgent)
            async let round = loop.round()
            while try await !isDone(live, workshop) { await Task.yield() }
            #expect(try await isDone(slow, workshop) == false)
            budget.open()
            _ = try await round
            #expect(try await isDone(slow, workshop))
            #expect(Set(budget.calls) == [.urgent, .background])
        }
    }
}
