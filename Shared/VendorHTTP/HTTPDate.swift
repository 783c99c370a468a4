/// Reads dates in the three forms that RFC 9110 (5.6.7) asks every recipient to accept.
enum HTTPDate {
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Seconds since 1970, or nil when the text is not such a date.
    ///
    /// - Parameter now: resolves a year of two digits: one that seems over 50 years ahead is past.
    static func unixSeconds(_ text: String, now: Int64) -> Int64? {
        let words = text.lowercased().split { " ,-".contains($0) }.map(String.init)
        switch words.count {
        case 6 where words[5] == "gmt":
            // Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
            guard let year = year(words[3], now: now) else { return nil }
            return seconds(year: year, month: words[2], day: words[1], time: words[4])
        case 5:
            // Sun Nov  6 08:49:37 1994
            guard words[4].utf8.count == 4, let year = Int64(words[4]) else { return nil }
            return seconds(year: year, month: words[1], day: words[2], time: words[3])
        default: return nil
        }
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar (the era arithmetic of Howard Hinnant).
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func year(_ word: String, now: Int64) -> Int64? {
        guard let number = Int64(word), number >= 0 else { return nil }
        if word.utf8.count == 4 { return number }
        guard word.utf8.count == 2 else { return nil }
        let current = 1970 + now / 31_556_952
        let candidate = current / 100 * 100 + number
        return candidate > current + 50 ? candidate - 100 : candidate
    }

    private static func seconds(year: Int64, month: String, day: String, time: String) -> Int64? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) ?? -1 }
        guard let index = months.firstIndex(of: month), let day = Int64(day), (1...31).contains(day), clock.count == 3,
            (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        return days(year: year, month: Int64(index) + 1, day: day) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }
}
