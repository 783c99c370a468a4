/// Lets one at a time have each of several things.
actor Turns {
    private var taken: Set<String> = []
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Waits until all of them are free, and has them while the body runs.
    func take<Result: Sendable>(_ names: Set<String>, _ body: @Sendable () async throws -> Result) async throws
        -> Result
    {
        while !taken.isDisjoint(with: names) {
            await withCheckedContinuation { waiting.append($0) }
        }
        taken.formUnion(names)
        defer {
            taken.subtract(names)
            let woken = waiting
            waiting = []
            for continuation in woken { continuation.resume() }
        }
        return try await body()
    }
}
