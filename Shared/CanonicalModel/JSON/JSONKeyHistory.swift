/// Remembers the keys of the objects that are open, to find one that occurs twice.
///
/// The keys of all open objects lie on one stack, as positions in the document. A handful of keys is searched from end
/// to end, which costs less than hashing; an object with many keys, or with escapes in them, gets a set, so that no
/// document can make the search quadratic.
struct JSONKeyHistory {
    /// The state to return to when an object ends.
    struct Mark {
        fileprivate let first: Int
        fileprivate let set: Set<[UInt8]>?
    }

    private struct Seen {
        let tail: UInt64
        let start: Int
        let count: Int
    }

    private static let linearLimit = 40
    private var seen: [Seen] = []
    private var set: Set<[UInt8]>?

    mutating func enterObject() -> Mark {
        if seen.capacity == 0 { seen.reserveCapacity(Self.linearLimit) }
        let mark = Mark(first: seen.count, set: set)
        set = nil
        return mark
    }

    mutating func leaveObject(_ mark: Mark) {
        seen.removeSubrange(mark.first...)
        set = mark.set
    }

    /// Adds a key that stands in the document as it is; false when the object has it already.
    @inline(__always)
    mutating func insert(
        _ key: UnsafeBufferPointer<UInt8>, at start: Int, of bytes: UnsafeBufferPointer<UInt8>, since mark: Mark
    ) -> Bool {
        if set != nil { return set?.insert(Array(key)).inserted ?? true }
        if seen.count - mark.first >= Self.linearLimit { return insert(unescaped: Array(key), of: bytes, since: mark) }
        let new = Seen(tail: Self.tail(key), start: start, count: key.count)
        var index = mark.first
        while index < seen.count {
            let old = seen[index]
            if old.tail == new.tail, old.count == new.count, Self.equal(bytes, old.start, key) { return false }
            index &+= 1
        }
        seen.append(new)
        return true
    }

    /// Adds a key that had escapes, or one too many for the list; false when the object has it already.
    mutating func insert(unescaped key: [UInt8], of bytes: UnsafeBufferPointer<UInt8>, since mark: Mark) -> Bool {
        if set == nil {
            set = Set(seen[mark.first...].map { Array(bytes[$0.start..<$0.start + $0.count]) })
        }
        return set?.insert(key).inserted ?? true
    }

    private static func equal(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ key: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        bytes[start..<start + key.count].elementsEqual(key)
    }

    /// The last eight bytes of the key, or all of a shorter one; the ends of names differ more than their beginnings.
    @inline(__always)
    private static func tail(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        if key.count >= 8 {
            return UnsafeRawBufferPointer(key).loadUnaligned(fromByteOffset: key.count - 8, as: UInt64.self)
        }
        var word: UInt64 = 0
        for byte in key { word = word << 8 | UInt64(byte) }
        return word
    }
}
