import SandboxKit
import Testing

@Suite("The order of changes")
struct ChangeOrderTests {
    private func instant(_ milliseconds: Int64) -> SandboxInstant { SandboxInstant(milliseconds: milliseconds) }

    @Test("Each record stands once, at its newest change, and what is older than the moment does not")
    func newest() {
        var order = ChangeOrder<Int>()
        for (id, at) in [(1, 10), (2, 20), (3, 20), (1, 30)] as [(Int, Int64)] { order.note(id, at: instant(at)) }
        #expect(order.since(instant(0)) == [2, 3, 1])
        #expect(order.since(instant(20)) == [2, 3, 1])
        #expect(order.since(instant(21)) == [1])
        #expect(order.since(instant(31)).isEmpty)
        order.remove(1)
        #expect(order.since(instant(0)) == [2, 3])
    }

    @Test("It says the same as looking at all, also where clocks are set back and records are changed over and over")
    func model() {
        var order = ChangeOrder<Int>()
        var last: [Int: Int64] = [:]
        let generator = SandboxRandom(seed: 7)
        for _ in 0..<5000 {
            let id = generator.next(below: 40)
            let at = Int64(generator.next(below: 1000))
            order.note(id, at: instant(at))
            last[id] = at
            if generator.next(below: 50) == 0 {
                let gone = generator.next(below: 40)
                order.remove(gone)
                last[gone] = nil
            }
            let moment = Int64(generator.next(below: 1000))
            let found = order.since(instant(moment))
            #expect(Set(found) == Set(last.filter { $0.value >= moment }.keys))
            #expect(found.count == Set(found).count)
            #expect(found.map { last[$0] ?? -1 } == found.map { last[$0] ?? -1 }.sorted())
        }
    }
}
