public import ConnectorKit
import Synchronization

/// Gathers webhooks that arrive at the same time and keeps them in one commit: each is answered after its own.
///
/// While a commit is under way, the next batch gathers; so many callers cost few commits, and one alone waits for nobody.
public final class WebhookInbox: Sendable {
    private struct Waiting {
        var webhook: KeptWebhook
        var answer: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var commits = 0
    }

    private let state = Mutex(State())
    private let batch: Int
    private let concurrency: Int
    private let capacity: Int
    private let keep: @Sendable ([KeptWebhook]) async throws -> Void

    /// Makes an inbox.
    ///
    /// - Parameters:
    ///   - batch: the most webhooks of one commit.
    ///   - concurrency: how many commits may be under way at once.
    ///   - capacity: how many webhooks may wait; more are turned away, and their vendors send them again.
    ///   - keep: commits webhooks.
    public init(
        batch: Int = 200, concurrency: Int = 2, capacity: Int = 4000,
        keep: @escaping @Sendable ([KeptWebhook]) async throws -> Void
    ) {
        self.batch = batch
        self.concurrency = concurrency
        self.capacity = capacity
        self.keep = keep
    }

    /// Returns once the webhook is committed.
    ///
    /// - Throws: what the commit throws; `InboxFull` where too many wait.
    public func keep(_ webhook: KeptWebhook) async throws {
        try await withCheckedThrowingContinuation { answer in
            let next: Bool? = state.withLock { state in
                guard state.waiting.count < capacity else { return nil }
                state.waiting.append(Waiting(webhook: webhook, answer: answer))
                guard state.commits < concurrency else { return false }
                state.commits += 1
                return true
            }
            switch next {
            case nil: answer.resume(throwing: InboxFull())
            // Unstructured on purpose: it serves other callers, too, and ends with the last one's answer.
            case true?: Task { await self.commitAll() }
            case false?: break
            }
        }
    }

    private func commitAll() async {
        while let some = next() {
            do {
                try await keep(some.map(\.webhook))
                for waiting in some { waiting.answer.resume() }
            } catch {
                for waiting in some { waiting.answer.resume(throwing: error) }
            }
        }
    }

    private func next() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.commits -= 1
                return nil
            }
            let some = Array(state.waiting.prefix(batch))
            state.waiting.removeFirst(some.count)
            return some
        }
    }

    /// Too many webhooks wait to be committed.
    public struct InboxFull: Error, Sendable {}
}
