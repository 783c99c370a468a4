/// Starts actions at a fixed rate, whether or not earlier ones have ended.
struct Pace {
    let perSecond: Int

    /// Carries out numbered actions, and waits for all of them.
    ///
    /// - Parameter action: gets its number and the time at which it was due, so that a late start counts as latency.
    /// - Returns: what the actions returned, in no order.
    func run<Output: Sendable>(
        _ count: Int, _ action: @escaping @Sendable (Int, ContinuousClock.Instant) async throws -> Output
    ) async throws -> [Output] {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Output.self) { group in
            for number in 0..<count {
                let due = start + .microseconds(Int64(number) * 1_000_000 / Int64(perSecond))
                if due > .now { try await Task.sleep(until: due, tolerance: .zero) }
                group.addTask { try await action(number, due) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
