/// The order in which records were changed last, so that whoever asks for what is newer than a moment is not shown all.
public struct ChangeOrder<ID: Hashable & Sendable>: Sendable {
    private struct Entry {
        let at: Int64
        let number: UInt64
        let id: ID
    }

    /// By time; of each record only the entry of its newest change counts.
    private var entries: [Entry] = []
    private var newest: [ID: UInt64] = [:]
    private var next: UInt64 = 0

    /// Of no record.
    public init() {}

    /// Notes that a record was changed.
    public mutating func note(_ id: ID, at moment: SandboxInstant) {
        let entry = Entry(at: moment.milliseconds, number: next, id: id)
        next += 1
        newest[id] = entry.number
        if let last = entries.last, last.at > entry.at {
            // Clocks that are set, and records that are entered with a time of their own.
            entries.insert(entry, at: position(of: entry.at + 1))
        } else {
            entries.append(entry)
        }
        if entries.count > 2 * newest.count + 64 { entries.removeAll { newest[$0.id] != $0.number } }
    }

    /// Forgets a record.
    public mutating func remove(_ id: ID) {
        newest[id] = nil
    }

    /// The records that were changed last at the moment or after it, the oldest change first.
    public func since(_ moment: SandboxInstant) -> [ID] {
        entries[position(of: moment.milliseconds)...].compactMap { newest[$0.id] == $0.number ? $0.id : nil }
    }

    /// Where the first entry of that time or a later one stands.
    private func position(of time: Int64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].at < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
