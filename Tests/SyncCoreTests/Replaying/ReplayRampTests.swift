import SyncCore
import Testing

@Suite("The ramp of a replay")
struct ReplayRampTests {
    @Test("It widens by one step each time as many have ended well as may be under way")
    func widens() {
        var ramp = ReplayRamp()
        var widths = [ramp.width]
        for _ in 0..<900 {
            ramp.note(succeeded: 1, failed: 0)
            if ramp.width != widths.last { widths.append(ramp.width) }
        }
        #expect(widths == ReplayRamp.widths)
        #expect(widths == widths.sorted() && widths.first == 1)
    }

    @Test("A failure begins the count anew, so that nothing widens while things fail")
    func failures() {
        var ramp = ReplayRamp(width: 5)
        for _ in 0..<100 {
            ramp.note(succeeded: 4, failed: 0)
            ramp.note(succeeded: 4, failed: 1)
        }
        #expect(ramp.width == 5)
    }

    @Test("Many that end at once widen it by one step")
    func oneStep() {
        var ramp = ReplayRamp()
        ramp.note(succeeded: 1000, failed: 0)
        #expect(ramp.width == 2 && ramp.streak == 0)
        #expect(ReplayRamp(width: 500, streak: 499).width == 500)
    }
}
