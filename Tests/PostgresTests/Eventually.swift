/// A condition did not come true in time.
struct NeverHappened: Error {
    var what: String
}

/// Looks at a condition until it is true.
func eventually(_ what: String, within limit: Duration = .seconds(10), _ condition: () async throws -> Bool)
    async throws
{
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw NeverHappened(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}
