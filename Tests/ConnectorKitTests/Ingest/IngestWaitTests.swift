import CanonicalModel
import Testing

@testable import ConnectorKit

@Suite("When an object is read again that may be one of ours") struct IngestWaitTests {
    private let now = Instant("2026-03-02T15:00:00Z")!

    @Test(
        "At once at first, and less and less often while a create stays unclear",
        arguments: [(0, 500), (1, 500), (2, 500), (8, 2_000), (20, 5_000), (600, 5_000)])
    func wait(seconds: Int, milliseconds: Int) {
        let hint = Instant(microseconds: now.microseconds - Int64(seconds) * 1_000_000)
        #expect(IngestLoop.wait(since: hint, now: now) == .milliseconds(milliseconds))
    }
}
