import Testing

@testable import SandboxKit

@Suite("Waiting webhooks")
struct WebhookQueueTests {
    private let start = SandboxInstant(milliseconds: 0)

    private func event(_ id: String, to endpoint: String = "http://a") -> WebhookEvent {
        WebhookEvent(endpoint: endpoint, name: "thing.changed", objectID: id, payload: [:], occurredAt: start)
    }

    private func taken(_ queue: inout WebhookQueue, at time: Int64 = 0, batch: Int = 1) -> [[String]] {
        var all: [[String]] = []
        while true {
            let (ready, _) = queue.takeReady(now: SandboxInstant(milliseconds: time), batch: batch, concurrency: 1)
            guard !ready.isEmpty else { return all }
            for attempt in ready {
                all.append(attempt.events.map(\.objectID))
                queue.finished(attempt)
            }
        }
    }

    @Test("Events leave in order, in batches, no more at once than the endpoint takes")
    func batches() {
        var queue = WebhookQueue(seed: 1)
        for number in 1...5 { _ = queue.append(event("\(number)"), now: start) }
        let (ready, _) = queue.takeReady(now: start, batch: 2, concurrency: 2)
        #expect(ready.map { $0.events.map(\.objectID) } == [["1", "2"], ["3", "4"]])
        let full = queue.takeReady(now: start, batch: 2, concurrency: 2).ready
        #expect(full.isEmpty)
        queue.finished(ready[0])
        let next = queue.takeReady(now: start, batch: 2, concurrency: 2).ready
        #expect(next.first?.events.map(\.objectID) == ["5"])
    }

    @Test("Faults drop, duplicate, delay and reorder")
    func faults() {
        var queue = WebhookQueue(seed: 1)
        _ = queue.addFault(WebhookFault(.drop, objectID: "1"))
        _ = queue.addFault(WebhookFault(.duplicate(copies: 2), objectID: "2"))
        _ = queue.addFault(WebhookFault(.delay(milliseconds: 100), objectID: "3"))
        _ = queue.addFault(WebhookFault(.reorder(atMost: 1_000), objectID: "4"))
        let dropped = (1...5).compactMap { queue.append(event("\($0)"), now: start)?.objectID }
        #expect(dropped == ["1"])
        let taken1 = taken(&queue)
        #expect(taken1 == [["2"], ["2"], ["2"], ["5"], ["4"]])
        let taken2 = taken(&queue, at: 99)
        #expect(taken2.isEmpty)
        let taken3 = taken(&queue, at: 100)
        #expect(taken3 == [["3"]])
    }

    @Test("An event that waits to be overtaken goes by itself when nothing comes")
    func notOvertaken() {
        var queue = WebhookQueue(seed: 1)
        _ = queue.addFault(WebhookFault(.reorder(atMost: 1_000)))
        _ = queue.append(event("1"), now: start)
        let taken4 = taken(&queue, at: 999)
        #expect(taken4.isEmpty)
        let taken5 = taken(&queue, at: 1_000)
        #expect(taken5 == [["1"]])
    }

    @Test("Held events pile up and are let go in the order that is asked for")
    func holding() {
        var queue = WebhookQueue(seed: 1)
        queue.hold()
        for number in 1...3 { _ = queue.append(event("\(number)"), now: start) }
        let taken6 = taken(&queue)
        #expect(taken6.isEmpty)
        queue.release(.reversed)
        let taken7 = taken(&queue)
        #expect(taken7 == [["3"], ["2"], ["1"]])
    }

    @Test("A retry waits for its time and counts up")
    func retries() throws {
        var queue = WebhookQueue(seed: 1)
        _ = queue.append(event("1"), now: start)
        let first = try #require(queue.takeReady(now: start, batch: 1, concurrency: 1).ready.first)
        queue.finished(first)
        queue.retry(first, due: SandboxInstant(milliseconds: 60_000))
        #expect(queue.retrying == 1)
        let (none, next) = queue.takeReady(now: start, batch: 1, concurrency: 1)
        #expect(none.isEmpty && next == SandboxInstant(milliseconds: 60_000))
        let second = queue.takeReady(now: SandboxInstant(milliseconds: 60_000), batch: 1, concurrency: 1).ready.first
        #expect(second?.attempt == 2)
        #expect(second?.deliveryID == first.deliveryID)
    }
}
