import RandomSupport
import Testing

@testable import RabbitMQ

@Suite("The ledger of deliveries")
struct DeliveryLedgerTests {
    private func ledger(_ count: UInt64) -> DeliveryLedger {
        var ledger = DeliveryLedger()
        for tag in 0..<count { #expect(ledger.delivered(tag: tag + 1) == true) }
        return ledger
    }

    @Test("A whole batch is one acknowledgement")
    func wholeBatch() {
        var ledger = ledger(200)
        #expect(ledger.acknowledge(1...200) == [.init(tag: 200, multiple: true)])
        #expect(ledger.outstanding == 0)
        #expect(ledger.acknowledge(1...200) == [])
    }

    @Test("Gaps are never covered by a multiple acknowledgement")
    func gaps() {
        var ledger = ledger(5)
        #expect(ledger.acknowledge([4, 1]) == [.init(tag: 1, multiple: true), .init(tag: 4, multiple: false)])
        // 4 is done already, so 3 is the last that the broker still waits for.
        #expect(ledger.acknowledge([2, 3]) == [.init(tag: 3, multiple: true)])
        #expect(ledger.outstanding == 1)
    }

    @Test("A rejected delivery is never named again")
    func rejected() {
        var ledger = ledger(3)
        #expect(ledger.reject(3) == true)
        #expect(ledger.reject(3) == false)
        #expect(ledger.acknowledge([1, 2, 3]) == [.init(tag: 2, multiple: true)])
    }

    @Test("A delivery out of turn is noticed")
    func outOfTurn() {
        var ledger = ledger(2)
        #expect(ledger.delivered(tag: 5) == false)
        #expect(ledger.delivered(tag: 3) == true)
    }

    @Test("What was never handed out can be forgotten without touching the rest")
    func forgotten() {
        var ledger = ledger(5)
        ledger.forgetNewest(2)
        #expect(ledger.outstanding == 3)
        #expect(ledger.acknowledge(1...5) == [.init(tag: 3, multiple: true)])
    }

    /// Plays the broker, which closes the channel over a tag that it does not wait for.
    @Test("In any order of settling, the broker is told of each delivery exactly once", arguments: 0..<200)
    func anyOrder(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ledger = DeliveryLedger()
        var atBroker: Set<UInt64> = []
        var wanted: Set<UInt64> = []
        var next: UInt64 = 1
        for _ in 0..<100 {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                #expect(ledger.delivered(tag: next) == true)
                atBroker.insert(next)
                wanted.insert(next)
                next += 1
            }
            if Bool.random(using: &random), let tag = wanted.randomElement(using: &random) {
                #expect(ledger.reject(tag) == true)
                #expect(atBroker.remove(tag) != nil)
                wanted.remove(tag)
                continue
            }
            let batch = (1..<next).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }.shuffled(using: &random)
            for acknowledgement in ledger.acknowledge(batch) {
                #expect(atBroker.contains(acknowledgement.tag), "seed \(seed): the broker would close the channel")
                if acknowledgement.multiple {
                    atBroker = atBroker.filter { $0 > acknowledgement.tag }
                } else {
                    atBroker.remove(acknowledgement.tag)
                }
            }
            wanted.subtract(batch)
            #expect(atBroker == wanted, "seed \(seed)")
            #expect(ledger.outstanding == wanted.count)
        }
    }
}
