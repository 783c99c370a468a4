import HeapModule

/// What will happen, by time; what was planned first comes first at the same time.
struct Timeline {
    /// What happens.
    enum Happening {
        /// Something in the world.
        case event(() -> Void)
        /// A task of a service goes on.
        case step(Waiter)
    }

    /// When something happens; small and without references, for it is moved about more than anything else in a schedule.
    private struct Entry: Comparable {
        let time: Int64
        let order: UInt64
        let slot: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.time == right.time ? left.order < right.order : left.time < right.time
        }
    }

    private var entries = Heap<Entry>()
    private var happenings: [Happening?] = []
    private var freeSlots: [Int] = []
    private var count: UInt64 = 0

    mutating func add(_ happening: Happening, at time: Int64) {
        count += 1
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            happenings[slot] = happening
        } else {
            slot = happenings.count
            happenings.append(happening)
        }
        entries.insert(Entry(time: time, order: count, slot: slot))
    }

    /// What happens next, and when; nil where nothing is planned.
    mutating func next() -> (time: Int64, happening: Happening)? {
        guard let entry = entries.popMin(), let happening = happenings[entry.slot] else { return nil }
        happenings[entry.slot] = nil
        freeSlots.append(entry.slot)
        return (entry.time, happening)
    }
}
