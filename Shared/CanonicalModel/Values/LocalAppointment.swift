/// A time window at a site: two instants, and the zone in which people there read them.
///
/// An all-day appointment keeps its day whatever the zone: `start` and `end` are then midnights of that zone.
public struct LocalAppointment: Hashable, Sendable {
    /// The beginning.
    public let start: Instant
    /// The end, not before the beginning.
    public let end: Instant
    /// The IANA name of the site's zone, such as `America/Chicago`.
    public let zone: String
    /// Whether only the days count, not the hours.
    public let isAllDay: Bool

    /// Takes a window; nil when it ends before it starts or names no zone.
    public init?(start: Instant, end: Instant, zone: String, isAllDay: Bool = false) {
        guard start <= end, !zone.isEmpty else { return nil }
        self.start = start
        self.end = end
        self.zone = zone
        self.isAllDay = isAllDay
    }
}
