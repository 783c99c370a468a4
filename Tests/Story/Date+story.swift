import Foundation

extension Date {
    /// The full hour that it is in.
    var startOfHour: Date { Date(timeIntervalSince1970: (timeIntervalSince1970 / 3600).rounded(.down) * 3600) }

    func later(_ hours: Double) -> Date { addingTimeInterval(hours * 3600) }

    /// To the minute, as APIs write it: `2026-06-01T08:00`.
    var minute: Substring { formatted(.iso8601).prefix(16) }

    /// As people say it: `Nov 21 08:00 UTC`.
    var clock: String {
        let style = Date.FormatStyle(locale: Locale(identifier: "en_US"), timeZone: .gmt)
        return formatted(style.month(.abbreviated).day()) + minute.suffix(6).replacing("T", with: " ") + " UTC"
    }
}
