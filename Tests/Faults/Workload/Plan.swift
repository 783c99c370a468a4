import Foundation

/// The calendar on which visits are planned: two days around the beginning of the run.
enum Plan {
    /// Twenty hours before the full hour in which the program was started, so that visits may lie in the past, too.
    private static let first = Date(
        timeIntervalSince1970: (Date.now.timeIntervalSince1970 / 3600).rounded(.down) * 3600 - 20 * 3600)

    /// A time of the plan, as the systems write it: `2026-06-01T08:00:00Z`.
    static func text(minutes: Int) -> String {
        first.addingTimeInterval(Double(minutes) * 60).formatted(.iso8601)
    }
}
