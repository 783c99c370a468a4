/// What will happen, by time; what was planned first comes first at the same time.
struct Timeline {
    struct Entry {
        let time: Int64
        let order: UInt64
        let happening: Happening
    }

    /// What happens.
    enum Happening {
        /// Something in the world.
        case event(() -> Void)
        /// A task of a service goes on.
        case step(Waiter)
    }

    private var heap: [Entry] = []
    private var count: UInt64 = 0

    mutating func add(_ happening: Happening, at time: Int64) {
        count += 1
        heap.append(Entry(time: time, order: count, happening: happening))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> Entry? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && Self.precedes(heap[child], heap[least]) { least = child }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.time == right.time ? left.order < right.order : left.time < right.time
    }
}
