/// Waits until `look` finds something, and returns it; the one place where tests of running processes wait for time.
///
/// - Parameter interval: the longest wait from one look to the next.
///
/// An error of `look` counts as "not yet", since what is looked at may just be down; the last one is told in the end.
public func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(30), every interval: Duration = .milliseconds(150),
    isolation: isolated (any Actor)? = #isolation, _ look: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    var wait = min(interval, .milliseconds(10))
    var failure: (any Error)?
    while true {
        do {
            if let value = try await look() { return value }
            failure = nil
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            failure = error
        }
        guard .now < deadline else { throw NotInTime(what: what, limit: limit, failure: failure) }
        try await Task.sleep(for: wait)
        wait = min(wait * 1.5, interval)
    }
}

/// Waits until `condition` holds; see the other form.
public func eventually(
    _ what: String, within limit: Duration = .seconds(30),
    isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws {
    try await eventually(what, within: limit) { try await condition() ? () : nil }
}

/// What a test waited for did not come.
public struct NotInTime: Error, CustomStringConvertible {
    let what: String
    let limit: Duration
    let failure: (any Error)?

    /// One sentence, with the last error of the look.
    public var description: String {
        "not within \(limit): \(what)" + (failure.map { "; the last look failed: \($0)" } ?? "")
    }
}
