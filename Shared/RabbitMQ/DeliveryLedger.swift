/// Keeps which deliveries of a channel are still to be settled, and settles them with few words.
///
/// Pure. The broker numbers the deliveries of a channel from 1. "Multiple" acknowledges everything up to a tag, so it may only
/// be said when everything up to that tag is done.
struct DeliveryLedger {
    /// One acknowledgement to send.
    struct Acknowledgement: Equatable {
        let tag: UInt64
        let multiple: Bool
    }

    private var settled = Fifo<Bool>()
    private var firstTag: UInt64 = 1
    private(set) var outstanding = 0

    /// A fresh channel numbers from 1 again.
    mutating func reset() {
        self = DeliveryLedger()
    }

    /// Notes a delivery; false when it is not the next one.
    mutating func delivered(tag: UInt64) -> Bool {
        guard tag == firstTag + UInt64(settled.count) else { return false }
        settled.append(false)
        outstanding += 1
        return true
    }

    /// Forgets the newest deliveries; they go back to the queue when the channel closes.
    mutating func forgetNewest(_ count: Int) {
        var kept = Fifo<Bool>()
        for index in 0..<max(0, settled.count - count) { kept.append(settled[index]) }
        for index in max(0, settled.count - count)..<settled.count where !settled[index] { outstanding -= 1 }
        settled = kept
    }

    /// Marks these as done; unknown tags and those done before are passed over.
    mutating func acknowledge(_ tags: some Sequence<UInt64>) -> [Acknowledgement] {
        var fresh: [UInt64] = []
        for tag in tags where mark(tag) { fresh.append(tag) }
        guard !fresh.isEmpty else { return [] }
        let doneUpTo = popSettled()
        // The tag that is named must itself be outstanding at the broker, else it closes the channel.
        let covered = fresh.filter { $0 <= doneUpTo }.max()
        var acknowledgements = fresh.filter { $0 > doneUpTo }.sorted().map { Acknowledgement(tag: $0, multiple: false) }
        if let covered { acknowledgements.insert(Acknowledgement(tag: covered, multiple: true), at: 0) }
        return acknowledgements
    }

    /// Marks one as done; false when it was unknown or done before.
    mutating func reject(_ tag: UInt64) -> Bool {
        guard mark(tag) else { return false }
        popSettled()
        return true
    }

    private mutating func mark(_ tag: UInt64) -> Bool {
        guard tag >= firstTag, tag - firstTag < UInt64(settled.count) else { return false }
        let index = Int(tag - firstTag)
        guard !settled[index] else { return false }
        settled[index] = true
        outstanding -= 1
        return true
    }

    /// Drops the done ones at the front; returns the last tag before which everything is done.
    @discardableResult
    private mutating func popSettled() -> UInt64 {
        while settled.first == true {
            settled.popFirst()
            firstTag += 1
        }
        return firstTag - 1
    }
}
