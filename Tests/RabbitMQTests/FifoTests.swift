import RandomSupport
import Testing

@testable import RabbitMQ

@Suite("The first-in, first-out list")
struct FifoTests {
    @Test("It keeps the order of a plain array through any mix of ends", arguments: 0..<20)
    func sameAsArray(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var fifo = Fifo<Int>()
        var array: [Int] = []
        for number in 0..<20_000 {
            if Int.random(in: 0..<5, using: &random) < (number < 10_000 ? 3 : 2) {
                fifo.append(number)
                array.append(number)
            } else {
                #expect(fifo.popFirst() == (array.isEmpty ? nil : array.removeFirst()))
            }
        }
        #expect(fifo.count == array.count)
        #expect((0..<fifo.count).map { fifo[$0] } == array)
    }

    @Test("What is popped is freed")
    func frees() {
        final class Token {}
        weak var weakToken: Token?
        var fifo = Fifo<Token>()
        do {
            let token = Token()
            weakToken = token
            fifo.append(token)
            fifo.append(Token())
        }
        fifo.popFirst()
        #expect(weakToken == nil)
        #expect(fifo.count == 1)
    }
}
