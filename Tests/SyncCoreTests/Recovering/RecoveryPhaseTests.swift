import CanonicalModel
import SyncCore
import Testing

@Suite("What follows a restored backup") struct RecoveryPhaseTests {
    @Test("A recovery goes on by one phase where nothing is left, and by none where something is")
    func steps() {
        var phase = RecoveryPhase.asking
        var seen: [RecoveryPhase] = [phase]
        while let next = phase.next(left: 0) {
            #expect(phase.next(left: 1) == nil)
            phase = next
            seen.append(phase)
        }
        #expect(seen == [.asking, .reading, .routing, .confirming, .deciding, .delivering, .released])
        #expect(RecoveryPhase.released.next(left: 0) == nil)
    }

    @Test("Nothing is released before reads that follow the questions are routed, and their commands taken in")
    func order() {
        let awaited = RecoveryPhase.allCases.map(\.awaited)
        #expect(awaited == [.connections, .objects, .messages, .objects, .messages, .messages, .nothing])
    }

    private let begun = Instant("2026-03-02T15:00:00Z")!

    @Test("A command was made in the lost time where its id says so; an id that tells no time does not")
    func commands() {
        func id(_ seconds: Int64) -> CanonicalID { IDSource.random.next(begun.advanced(bySeconds: seconds)) }
        #expect(LostTime.hasMade(id(-1), before: begun))
        #expect(!LostTime.hasMade(id(1), before: begun))
        let object = LinkKey(
            connection: ConnectionID("crm"), native: NativeReference(type: "company", id: "1"), entity: .customer)
        #expect(!LostTime.hasMade(CanonicalID(beginningWith: object), before: begun))
    }

    @Test("A look-up that finds nothing means so once what was sent before the begin cannot show any more")
    func absence() {
        let (early, late) = (begun.advanced(bySeconds: 89), begun.advanced(bySeconds: 90))
        #expect(!LostTime.isOver(begun: begun, absentAfter: .seconds(90), now: early))
        #expect(LostTime.isOver(begun: begun, absentAfter: .seconds(90), now: late))
    }
}
