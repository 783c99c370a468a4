import Testing

@testable import RabbitMQ

@Suite("The broker's complaint about a difference")
struct TopologyMismatchTests {
    @Test("Both sides are read out of the text")
    func bothSides() throws {
        let mismatch = try #require(
            TopologyMismatch(
                parsing:
                    "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received the "
                    + "value '5' of type 'long' but current is the value '10' of type 'long'"))
        #expect(mismatch.property == "x-max-length")
        #expect(mismatch.wanted == "5")
        #expect(mismatch.found == "10")
        #expect(
            mismatch.description(of: "queue q").hasPrefix(
                "queue q has x-max-length 10 at the broker, but should have 5;"))
    }

    @Test("A side that is absent is called so")
    func absent() throws {
        let mismatch = try #require(
            TopologyMismatch(
                parsing:
                    "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'q' in vhost '/': received none "
                    + "but current is the value 'drop-head' of type 'longstr'"))
        #expect(mismatch.wanted == "none")
        #expect(mismatch.found == "drop-head")
    }

    @Test("Another text is not taken for one", arguments: ["", "NOT_FOUND - no queue 'q'", "inequivalent arg 'x"])
    func other(_ text: String) {
        #expect(TopologyMismatch(parsing: text) == nil)
    }
}
