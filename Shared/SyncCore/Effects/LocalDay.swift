import CanonicalModel
import Foundation

/// The calendar day that people in a zone have at a moment; a posting date is one.
enum LocalDay {
    /// The day; that of UTC where the zone is not known.
    static func of(_ moment: Instant, zone name: String?) -> BusinessDate {
        guard let zone = name.flatMap(TimeZone.init(identifier:)) else { return moment.utcDate }
        let seconds = moment.microseconds / 1_000_000
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds)))
        return moment.advanced(bySeconds: Int64(offset)).utcDate
    }
}
