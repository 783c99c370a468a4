import CanonicalModel
import ConnectorKit
import Synchronization
import Testing

@testable import AdapterKit

struct WebhookInboxTests {
    private func webhook() -> KeptWebhook {
        KeptWebhook(
            id: IDSource.random.next(Instant(microseconds: 0)), connection: ConnectionID("crm"),
            receivedAt: Instant(microseconds: 0),
            headers: [:], body: [])
    }

    @Test("Each of many webhooks at once is answered after its own commit, and few commits keep them all")
    func gathers() async throws {
        let kept = Commits()
        let inbox = WebhookInbox(batch: 50, concurrency: 1) { webhooks in
            await Task.yield()
            kept.add(webhooks.map(\.id))
        }
        let webhooks = (0..<400).map { _ in webhook() }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for webhook in webhooks {
                group.addTask {
                    try await inbox.keep(webhook)
                    return kept.all.contains { $0.contains(webhook.id) }
                }
            }
            for try await isKept in group { #expect(isKept) }
        }
        let commits = kept.all
        #expect(commits.joined().count == 400)
        #expect(commits.allSatisfy { $0.count <= 50 })
        #expect(commits.count < 400)
    }

    @Test("A commit that fails fails exactly the webhooks that were in it")
    func fails() async throws {
        struct Broken: Error {}
        let bad = webhook()
        let inbox = WebhookInbox(batch: 1, concurrency: 2) { webhooks in
            if webhooks.contains(where: { $0.id == bad.id }) { throw Broken() }
        }
        try await inbox.keep(webhook())
        await #expect(throws: Broken.self) { try await inbox.keep(bad) }
        try await inbox.keep(webhook())
    }
}

/// What was committed, commit by commit.
private final class Commits: Sendable {
    private let commits = Mutex<[[CanonicalID]]>([])

    var all: [[CanonicalID]] { commits.withLock { $0 } }

    func add(_ ids: [CanonicalID]) { commits.withLock { $0.append(ids) } }
}
