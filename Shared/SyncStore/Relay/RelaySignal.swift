/// Wakes one loop; further calls before it looks count as one.
struct RelaySignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func fire() {
        continuation.yield()
    }

    /// Lets the loop end.
    func finish() {
        continuation.finish()
    }

    /// Runs the body after each call, until `finish`.
    func forEach(_ body: () async -> Void) async {
        for await _ in stream { await body() }
    }
}
