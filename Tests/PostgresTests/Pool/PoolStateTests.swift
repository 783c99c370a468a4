import RandomSupport
import Testing

@testable import Postgres

@Suite("Decisions of the pool, without a socket")
struct PoolStateTests {
    private typealias State = PoolState<Int>

    private let now = ContinuousClock.now

    private func grant(_ acquisition: State.Acquisition) -> State.Grant? {
        if case .granted(let grant) = acquisition { return grant }
        return nil
    }

    private func waiter(_ acquisition: State.Acquisition) -> State.WaiterID? {
        if case .wait(let id) = acquisition { return id }
        return nil
    }

    @Test("No more connections are granted than the size, then callers wait, then they are refused")
    func isBounded() {
        var state = State(size: 2, maximumWaiting: 1)
        #expect(grant(state.acquire()) != nil)
        #expect(grant(state.acquire()) != nil)
        #expect(waiter(state.acquire()) != nil)
        guard case .full = state.acquire() else { Issue.record("a fourth caller was not refused"); return }
        #expect(state.granted == 2)
    }

    @Test("Waiters are served in the order of asking")
    func isFair() {
        var state = State(size: 1, maximumWaiting: 10)
        _ = state.acquire()
        let ids = (0..<4).compactMap { _ in waiter(state.acquire()) }
        var served: [State.WaiterID] = []
        for _ in 0..<4 { if let turn = state.giveBack(7, now: now) { served.append(turn.waiter) } }
        #expect(served == ids)
        #expect(state.granted == 1)
        let nobody = state.giveBack(7, now: now)
        #expect(nobody == nil)
        #expect(state.granted == 0)
    }

    @Test("A connection given back goes to the next waiter, a broken one leaves the right to connect")
    func handsOver() {
        var state = State(size: 1, maximumWaiting: 10)
        _ = state.acquire()
        _ = state.acquire()
        _ = state.acquire()
        guard case .idle(7)? = state.giveBack(7, now: now)?.grant else { Issue.record("no connection"); return }
        guard case .connect? = state.giveBack(nil, now: now)?.grant else { Issue.record("no right"); return }
    }

    @Test("The connection that was used last is lent first")
    func prefersWarm() {
        var state = State(size: 3, maximumWaiting: 0)
        for _ in 0..<3 { _ = state.acquire() }
        for connection in [1, 2, 3] { _ = state.giveBack(connection, now: now) }
        guard case .idle(3)? = grant(state.acquire()) else { Issue.record("not the warmest"); return }
        #expect(state.idleCount == 2)
    }

    @Test("A waiter that gives up is passed over, and one that was served cannot give up any more")
    func givesUp() {
        var state = State(size: 1, maximumWaiting: 10)
        _ = state.acquire()
        let ids = (0..<2).compactMap { _ in waiter(state.acquire()) }
        let answers = (state.giveUp(ids[0]), state.giveUp(ids[0]))
        #expect(answers == (true, false))
        let turn = state.giveBack(7, now: now)
        #expect(turn?.waiter == ids[1])
        let late = state.giveUp(ids[1])
        #expect(!late)
        #expect(state.waitingCount == 0)
    }

    @Test("Only connections unused for long, or unfit, are taken out")
    func reaps() {
        var state = State(size: 3, maximumWaiting: 0)
        for _ in 0..<3 { _ = state.acquire() }
        _ = state.giveBack(1, now: now)
        _ = state.giveBack(2, now: now + .seconds(10))
        _ = state.giveBack(3, now: now + .seconds(10))
        let taken = state.takeIdle(unusedSince: now + .seconds(5)) { $0 == 3 }
        #expect(taken == [1, 3])
        #expect(state.idleCount == 1)
    }

    @Test("A closed pool refuses, sends the waiting away, and is drained once everything came back")
    func closes() {
        var state = State(size: 2, maximumWaiting: 5)
        for _ in 0..<2 { _ = state.acquire() }
        _ = state.giveBack(1, now: now)
        _ = state.acquire()
        let id = waiter(state.acquire())
        let (waiters, idle) = state.close()
        #expect(waiters == [id])
        #expect(idle.isEmpty)
        guard case .closed = state.acquire() else { Issue.record("a closed pool lent"); return }
        _ = state.giveBack(1, now: now)
        #expect(!state.isDrained)
        _ = state.giveBack(2, now: now)
        #expect(state.isDrained)
        #expect(state.idleCount == 0)
    }

    @Test("Whatever happens, idle and lent connections together never exceed the size", arguments: UInt64(0)..<20)
    func keepsInvariants(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let size = Int.random(in: 1...5, using: &generator)
        var state = State(size: size, maximumWaiting: 4)
        var lent: [Int?] = []
        var queue: [State.WaiterID] = []
        var next = 0
        func hold(_ grant: State.Grant) {
            next += 1
            if case .idle(let connection) = grant { lent.append(connection) } else { lent.append(next) }
        }
        for _ in 0..<500 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0, 1:
                switch state.acquire() {
                case .granted(let grant): hold(grant)
                case .wait(let id): queue.append(id)
                case .full: #expect(queue.count == 4)
                case .closed: Issue.record("closed by nobody")
                }
            case 2 where !lent.isEmpty:
                let connection = lent.remove(at: Int.random(in: 0..<lent.count, using: &generator))
                if let turn = state.giveBack(Bool.random(using: &generator) ? connection : nil, now: now) {
                    #expect(turn.waiter == queue.removeFirst())
                    hold(turn.grant)
                }
            case 3 where !queue.isEmpty:
                let id = queue.remove(at: Int.random(in: 0..<queue.count, using: &generator))
                let gone = state.giveUp(id)
                #expect(gone)
            default: break
            }
            #expect(state.granted == lent.count && lent.count + state.idleCount <= size, "seed \(seed)")
            #expect(queue.isEmpty || state.granted == size, "somebody waits for nothing, seed \(seed)")
            #expect(Set(lent.compactMap { $0 }).count == lent.count, "one connection lent twice, seed \(seed)")
        }
    }
}
