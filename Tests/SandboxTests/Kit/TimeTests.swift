import SandboxKit
import Testing

@Suite("Time of the sandboxes")
struct SandboxTimeTests {
    @Test(
        "An instant is written and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_249_341_123, "2026-11-21T08:22:21.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
        ])
    func roundTrip(milliseconds: Int64, text: String) {
        #expect(SandboxInstant(milliseconds: milliseconds).iso8601 == text)
        #expect(SandboxInstant(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test("Zones, dates alone and short fractions are read")
    func forms() {
        #expect(SandboxInstant(iso8601: "2026-11-21T00:22:21-08:00") == SandboxInstant(iso8601: "2026-11-21T08:22:21Z"))
        #expect(SandboxInstant(iso8601: "2026-11-21T10:22:21+0200") == SandboxInstant(iso8601: "2026-11-21T08:22:21Z"))
        #expect(SandboxInstant(iso8601: "2026-11-21")?.iso8601Seconds == "2026-11-21T00:00:00Z")
        #expect(SandboxInstant(iso8601: "2026-11-21T08:22:21.5Z")?.iso8601 == "2026-11-21T08:22:21.500Z")
    }

    @Test(
        "What is no time is refused",
        arguments: ["", "2026-13-01", "2026-02-30", "tomorrow", "2026-11-21T25:00:00Z", "2026-11-21Tx"])
    func refusals(text: String) {
        #expect(SandboxInstant(iso8601: text) == nil)
    }

    @Test("A clock runs with the wall clock, can be pushed, stand still and run on")
    func clock() {
        let wall = WallClock()
        let clock = SandboxClock { wall.nanoseconds }
        wall.advance(seconds: 5)
        #expect(clock.now().milliseconds == 5_000)
        clock.advance(milliseconds: 3_600_000)
        #expect(clock.now().milliseconds == 3_605_000)
        clock.set(SandboxInstant(milliseconds: 1_000), frozen: true)
        wall.advance(seconds: 5)
        #expect(clock.now().milliseconds == 1_000)
        #expect(clock.isFrozen)
        clock.run()
        wall.advance(seconds: 2)
        #expect(clock.now().milliseconds == 3_000)
    }
}
