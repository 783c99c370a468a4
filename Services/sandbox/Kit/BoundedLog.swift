/// Something that carries its place in a sequence.
protocol Sequenced: Sendable {
    var sequence: UInt64 { get }
}

/// A list that only grows at its end and forgets its beginning above a limit.
struct BoundedLog<Element: Sequenced>: Sendable {
    let limit: Int
    private(set) var forgotten = 0
    private var ring: [Element] = []
    private var start = 0

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { ring.count }

    mutating func append(_ element: Element) {
        if ring.count < limit {
            ring.append(element)
        } else {
            ring[start] = element
            start = (start + 1) % limit
            forgotten += 1
        }
    }

    subscript(position: Int) -> Element { ring[(start + position) % ring.count] }

    /// The position of the first element after the sequence number.
    func position(after sequence: UInt64) -> Int {
        var low = 0
        var high = ring.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The position of the element with that sequence number.
    func position(of sequence: UInt64) -> Int? {
        guard sequence > 0 else { return nil }
        let position = position(after: sequence - 1)
        return position < ring.count && self[position].sequence == sequence ? position : nil
    }

    /// Changes the element with that sequence number, if it is still known.
    mutating func update(_ sequence: UInt64, _ body: (inout Element) -> Void) {
        guard let position = position(of: sequence) else { return }
        body(&ring[(start + position) % ring.count])
    }

    mutating func removeAll() {
        ring.removeAll()
        start = 0
        forgotten = 0
    }
}
