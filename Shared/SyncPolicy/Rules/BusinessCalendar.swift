public import CanonicalModel

/// When the company works: its zone, its hours and its holidays.
public struct BusinessCalendar: Hashable, Sendable {
    /// A day of the week.
    public enum Weekday: String, Sendable, CaseIterable {
        case mon, tue, wed, thu, fri, sat, sun
    }

    /// Opening hours of a day, in minutes after midnight.
    public struct Hours: Hashable, Sendable, CustomStringConvertible {
        /// The minute at which work begins.
        public let opens: Int
        /// The minute at which it ends, after `opens`.
        public let closes: Int

        /// Reads `07:00-17:30`; nil for anything else and where the end is not after the beginning.
        public init?(_ text: String) {
            let sides = text.split(separator: "-", omittingEmptySubsequences: false)
            guard sides.count == 2, let opens = Self.minutes(sides[0]), let closes = Self.minutes(sides[1]),
                opens < closes
            else { return nil }
            self.opens = opens
            self.closes = closes
        }

        /// The hours as they are written.
        public var description: String { "\(Self.text(opens))-\(Self.text(closes))" }

        private static func minutes(_ text: Substring) -> Int? {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2, let hour = Int(parts[0]),
                let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute),
                hour * 60 + minute <= 24 * 60
            else { return nil }
            return hour * 60 + minute
        }

        private static func text(_ minutes: Int) -> String {
            let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
            return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        }
    }

    /// The company's zone, by its IANA name.
    public let zone: String
    /// The hours; a day that is not named is closed.
    public let hours: [Weekday: Hours]
    /// Days on which the company is closed whatever the weekday.
    public let holidays: Set<BusinessDate>

    /// Takes the parts.
    public init(zone: String, hours: [Weekday: Hours], holidays: Set<BusinessDate> = []) {
        self.zone = zone
        self.hours = hours
        self.holidays = holidays
    }
}
