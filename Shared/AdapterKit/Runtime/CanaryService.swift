import ServiceLifecycle
import SyncStore

/// Sends the probes of a connection, in one replica at a time.
struct CanaryService: Service, CustomStringConvertible {
    let description: String
    private let loop: LeasedLoop

    init(_ post: CanaryPost, every interval: Duration, parts: Adapter.Parts) {
        let name = "canary/\(post.connection)"
        description = name
        let pace = LeasedLoop.Pace(interval: interval, lease: max(interval * 2, .seconds(10)))
        parts.board.register(name, every: pace, connection: post.connection)
        loop = LeasedLoop(
            name, holder: parts.holder, pace: pace,
            pool: parts.pool, logger: parts.logger, board: parts.board
        ) { _ in try await post.send() }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await loop.run() }
    }
}
