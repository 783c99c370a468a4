import Testing

@testable import Postgres

@Suite("Cache of prepared statements")
struct StatementCacheTests {
    private func key(_ text: String, _ types: [UInt32] = []) -> StatementCache.Key {
        StatementCache.Key(text: text, types: types)
    }

    @Test("The statement unused for longest makes room")
    func evictsOldest() {
        var cache = StatementCache(capacity: 2)
        let first = cache.insert(key("a"))
        _ = cache.insert(key("b"))
        #expect(cache.name(of: key("a")) == first)
        _ = cache.insert(key("c"))
        #expect(cache.name(of: key("b")) == nil)
        #expect(cache.name(of: key("a")) == first)
        #expect(cache.abandoned == 1)
    }

    @Test("One text with other parameter types is another statement")
    func distinguishesTypes() {
        var cache = StatementCache(capacity: 8)
        let one = cache.insert(key("a", [20]))
        #expect(cache.name(of: key("a", [25])) == nil)
        #expect(cache.insert(key("a", [25])) != one)
    }

    @Test("A name is never used twice, also after everything was forgotten")
    func namesAreUnique() {
        var cache = StatementCache(capacity: 4)
        let first = cache.insert(key("a"))
        cache.forget(key("a"))
        cache.forget(key("a"))
        #expect(cache.abandoned == 1)
        cache.removeAll()
        #expect(cache.abandoned == 0)
        #expect(cache.insert(key("a")) != first)
    }
}
