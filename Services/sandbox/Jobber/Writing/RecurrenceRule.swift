import Foundation
import SandboxKit

/// The part of an iCalendar rule that job schedules use: frequency, interval, count and weekdays.
struct RecurrenceRule {
    /// The most visits of one series that are made at once.
    static let maximum = 100

    private var frequency = "DAILY"
    private var interval = 1
    private var count: Int?
    private var weekdays: Set<Int> = []

    init(_ text: String) {
        let names = ["SU": 1, "MO": 2, "TU": 3, "WE": 4, "TH": 5, "FR": 6, "SA": 7]
        for part in text.replacing("RRULE:", with: "").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { continue }
            switch pair[0] {
            case "FREQ": frequency = pair[1]
            case "INTERVAL": interval = max(1, Int(pair[1]) ?? 1)
            case "COUNT": count = Int(pair[1])
            case "BYDAY": weekdays = Set(pair[1].split(separator: ",").compactMap { names[String($0.suffix(2))] })
            default: break
            }
        }
    }

    /// The days of the series from `first` on, until `end` or a year later.
    func days(from first: SandboxInstant, until end: SandboxInstant?, _ calendar: JobberCalendar) -> [SandboxInstant] {
        let limit = end ?? calendar.adding(1, .year, to: first)
        let most = min(count ?? Self.maximum, Self.maximum)
        var days: [SandboxInstant] = []
        if frequency == "WEEKLY", !weekdays.isEmpty {
            var day = first
            var passed = 0
            while days.count < most, day <= limit {
                if (passed / 7) % interval == 0, weekdays.contains(calendar.weekday(of: day)) { days.append(day) }
                passed += 1
                day = calendar.adding(passed, .day, to: first)
            }
            return days
        }
        let (unit, step): (Calendar.Component, Int) =
            switch frequency {
            case "WEEKLY": (.day, 7 * interval)
            case "MONTHLY": (.month, interval)
            case "YEARLY": (.year, interval)
            default: (.day, interval)
            }
        var day = first
        while days.count < most, day <= limit {
            days.append(day)
            day = calendar.adding(days.count * step, unit, to: first)
        }
        return days
    }
}
