/// Remembers which statements are prepared on a connection, and which to forget for a new one.
///
/// Pure: it names statements; the connection prepares them, and deallocates all at once when many are abandoned.
struct StatementCache {
    /// A statement differs by its text and by the types of its parameters.
    struct Key: Hashable {
        var text: String
        var types: [UInt32]
    }

    private struct Entry {
        var name: String
        var lastUse: UInt64
    }

    let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    /// How many statements the server may still hold that no key refers to any more.
    private(set) var abandoned = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Gives the name of a prepared statement.
    mutating func name(of key: Key) -> String? {
        uses += 1
        entries[key]?.lastUse = uses
        return entries[key]?.name
    }

    /// Enters a statement that is about to be prepared, in place of the one unused for longest if it is full.
    mutating func insert(_ key: Key) -> String {
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
            forget(oldest)
        }
        uses += 1
        names += 1
        let name = "p\(names)"
        entries[key] = Entry(name: name, lastUse: uses)
        return name
    }

    /// Drops a statement that has gone stale or was perhaps never prepared.
    mutating func forget(_ key: Key) {
        if entries.removeValue(forKey: key) != nil { abandoned += 1 }
    }

    /// Forgets everything, for a connection that has deallocated all of it.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        abandoned = 0
    }
}
