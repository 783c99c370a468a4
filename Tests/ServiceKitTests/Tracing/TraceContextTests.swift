import RandomSupport
import Testing

@testable import ServiceKit

@Suite("A trace context")
struct TraceContextTests {
    private let sample = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("is read from and written to a traceparent header")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: sample))
        #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanID == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(context.traceparent == sample)
    }

    @Test("accepts a later version with more fields")
    func laterVersion() throws {
        let context = try #require(TraceContext(traceparent: "01" + sample.dropFirst(2) + "-what-else"))
        #expect(context.traceparent == sample)
    }

    @Test(
        "ignores what the standard says to ignore",
        arguments: [
            "", "00", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-é",
        ])
    func ignored(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test("begins a trace with ids of full length, and goes on in the same trace", arguments: 0..<50)
    func new(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let context = TraceContext(using: &generator)
        #expect(TraceContext(traceparent: context.traceparent) == context)
        let child = context.child(using: &generator)
        #expect(child.traceID == context.traceID)
        #expect(child.spanID != context.spanID)
    }
}
