import Testing

@testable import RabbitMQ

@Suite("Refusals of a channel")
struct RefusalsTests {
    private let start = ContinuousClock.now

    @Test("A channel that refuses is given up after a second, each next one after twice the time, up to half a minute")
    func patience() {
        var refusals = Refusals()
        var now = start
        for seconds in [1, 2, 4, 8, 16, 30, 30] {
            refusals.begin()
            refusals.look(now: now)
            #expect(!refusals.areLasting)
            refusals.note()
            refusals.look(now: now)
            now += .seconds(seconds) - .milliseconds(1)
            refusals.look(now: now)
            #expect(!refusals.areLasting)
            now += .milliseconds(1)
            refusals.look(now: now)
            #expect(refusals.areLasting)
            refusals.giveUp()
        }
    }

    @Test("A refusal long afterwards is a new one, and a channel that never refused is kept")
    func forgets() {
        var refusals = Refusals()
        refusals.note()
        refusals.look(now: start)
        refusals.look(now: start + .seconds(1))
        #expect(refusals.areLasting)
        refusals.giveUp()
        refusals.begin()
        let later = start + .seconds(3600)
        refusals.look(now: later)
        #expect(!refusals.areLasting)
        refusals.note()
        refusals.look(now: later)
        refusals.look(now: later + .seconds(1))
        #expect(refusals.areLasting)
    }
}
