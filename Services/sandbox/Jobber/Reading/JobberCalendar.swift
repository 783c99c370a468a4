import Foundation
import SandboxGraphQL
import SandboxKit

/// Local days and times of a zone.
struct JobberCalendar {
    private let calendar: Calendar

    init(timezone: String) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: timezone) ?? TimeZone(secondsFromGMT: 0) ?? .current
        self.calendar = calendar
    }

    /// The local date, such as `2026-11-21`.
    func day(of instant: SandboxInstant) -> String {
        let parts = calendar.dateComponents([.year, .month, .day], from: Self.date(instant))
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    /// The instant of a local date and time (`09:30` or `09:30:00`); midnight without a time.
    func instant(day: String, time: String?) -> SandboxInstant? {
        let date = day.prefix(10).split(separator: "-").compactMap { Int($0) }
        let clock = (time ?? "00:00").prefix(8).split(separator: ":").compactMap { Int($0) }
        guard date.count == 3, clock.count >= 2 else { return nil }
        let parts = DateComponents(
            year: date[0], month: date[1], day: date[2], hour: clock[0], minute: clock[1],
            second: clock.count > 2 ? clock[2] : 0)
        return calendar.date(from: parts).map(Self.instant)
    }

    /// The instant so many calendar units later, at the same local time.
    func adding(_ value: Int, _ unit: Calendar.Component, to instant: SandboxInstant) -> SandboxInstant {
        calendar.date(byAdding: unit, value: value, to: Self.date(instant)).map(Self.instant) ?? instant
    }

    /// The weekday: 1 is Sunday.
    func weekday(of instant: SandboxInstant) -> Int {
        calendar.component(.weekday, from: Self.date(instant))
    }

    /// The instant of `LocalDateTimeAttributes`, in the zone that it names.
    static func instant(local: GraphQLObject) -> SandboxInstant? {
        guard let day = local.text("date") else { return nil }
        return JobberCalendar(timezone: local.text("timezone") ?? "UTC").instant(day: day, time: local.text("time"))
    }

    static func isTime(_ text: String) -> Bool {
        let parts = text.prefix(8).split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 && Int($0) != nil }),
            let hour = Int(parts[0]), let minute = Int(parts[1])
        else { return false }
        return hour < 24 && minute < 60 && (parts.count < 3 || (Int(parts[2]) ?? 60) < 60)
    }

    private static func date(_ instant: SandboxInstant) -> Date {
        Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
    }

    private static func instant(_ date: Date) -> SandboxInstant {
        SandboxInstant(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }
}
