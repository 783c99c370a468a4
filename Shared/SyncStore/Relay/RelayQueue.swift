internal import Synchronization

/// What waits in memory to be published: bounded, first in, first out.
final class RelayQueue: Sendable {
    private struct State {
        var messages: [StoredMessage] = []
        /// Those before are gone; they are cut off when they are as many as those that are left.
        var head = 0
        var bytes = 0
        var dropped = 0
        var isClosed = false
    }

    private let capacity: Int
    private let byteCapacity: Int
    private let state = Mutex(State())

    init(capacity: Int, byteCapacity: Int) {
        self.capacity = capacity
        self.byteCapacity = byteCapacity
    }

    /// Takes messages in; those that find no room are left to recovery.
    ///
    /// - Returns: how many found room.
    func append(_ messages: [StoredMessage]) -> Int {
        state.withLock { state in
            guard !state.isClosed else { return 0 }
            var taken = 0
            for message in messages {
                guard state.messages.count - state.head < capacity, state.bytes + message.body.count <= byteCapacity
                else { break }
                state.messages.append(message)
                state.bytes += message.body.count
                taken += 1
            }
            return taken
        }
    }

    /// The next batch; empty when there is nothing.
    func next(_ limit: Int) -> [StoredMessage] {
        state.withLock { state in
            let batch = Array(state.messages[state.head...].prefix(limit))
            state.head += batch.count
            if state.head * 2 >= state.messages.count {
                state.messages.removeFirst(state.head)
                state.head = 0
            }
            for message in batch { state.bytes -= message.body.count }
            return batch
        }
    }

    var isEmpty: Bool { state.withLock { $0.messages.count == $0.head } }

    /// Takes nothing in any more.
    func close() {
        state.withLock { $0.isClosed = true }
    }
}
