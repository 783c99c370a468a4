/// Waiting times that grow with each failure and differ from one caller to the next.
struct Backoff: Sendable {
    var first: Duration
    var longest: Duration

    /// The time to wait after so many failures in a row.
    ///
    /// - Parameter random: from 0 to 1; the time lies between one half and all of its step.
    func delay(after failures: Int, random: Double) -> Duration {
        let steps = min(max(failures - 1, 0), 20)
        let step = min(first * (1 << steps), longest)
        return step / 2 + step / 2 * min(max(random, 0), 1)
    }
}
