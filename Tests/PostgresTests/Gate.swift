import Synchronization

/// Holds tasks until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let open = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if open { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Lets tasks pass once as many have arrived as were announced; later ones pass at once.
final class Barrier: Sendable {
    private let missing: Mutex<Int>
    private let gate = Gate()

    init(_ count: Int) {
        missing = Mutex(count)
    }

    func arrive() async {
        let complete = missing.withLock { missing in
            missing -= 1
            return missing <= 0
        }
        if complete { gate.open() }
        await gate.wait()
    }
}
