/// Finds the position of a key among names that are known in advance, at the cost of about one comparison.
///
/// A type whose members are declared in a list (not in a `switch`) reads its objects with one such table, made once.
public struct JSONKeyTable: Sendable {
    private let names: [[UInt8]]
    private let slots: [Int32]
    private let mask: Int

    /// Makes the table; a name that occurs twice keeps its first position.
    public init(_ names: some Sequence<String>) {
        let names = names.map { Array($0.utf8) }
        var size = 8
        while size < names.count * 4 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (position, name) in names.enumerated() {
            var slot = name.withUnsafeBufferPointer(Self.hash) & (size - 1)
            while slots[slot] >= 0 && names[Int(slots[slot])] != name { slot = (slot + 1) & (size - 1) }
            if slots[slot] < 0 { slots[slot] = Int32(position) }
        }
        self.names = names
        self.slots = slots
        mask = size - 1
    }

    /// The position of `key` in the list, or nil when it is not in the list.
    public func index(of key: borrowing JSONKey) -> Int? {
        key.withUnsafeBufferPointer { key in
            var slot = Self.hash(key) & mask
            while true {
                let position = Int(slots[slot])
                if position < 0 { return nil }
                if names[position].elementsEqual(key) { return position }
                slot = (slot + 1) & mask
            }
        }
    }

    // FNV-1a. The names are ours, so nobody can choose them to collide; a foreign key costs at most one short probe.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & Int.max
    }
}
