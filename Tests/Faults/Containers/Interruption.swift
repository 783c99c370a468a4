import Dispatch
import Glibc

/// Turns a key press, a polite kill or the end of the time into a cancellation, so that what was started is cleared away.
enum Interruption {
    /// Runs the body; SIGINT, SIGTERM and the limit cancel it.
    static func cancelling<Result: Sendable>(
        after limit: Duration, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                progress("interrupted: clearing away")
                task.cancel()
            }
            source.resume()
            return source
        }
        let alarm = Task {
            try await Task.sleep(for: limit)
            progress("not within \(Int(limit.inSeconds / 60)) minutes: clearing away")
            task.cancel()
        }
        defer {
            alarm.cancel()
            for source in sources { source.cancel() }
        }
        return try await task.value
    }
}
