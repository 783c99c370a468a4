public import CanonicalModel
internal import Postgres

/// A request to a vendor that is about to be sent, or was.
public struct Intent: Sendable, Hashable {
    /// What is known of it.
    public enum State: String, Sendable, CaseIterable, TextColumn {
        /// It was or may be on its way.
        case open
        /// Nobody knows whether it was carried out.
        case unknown
        /// It was carried out.
        case done
        /// It was refused for good; a next create has the next ordinal.
        case refused
        /// It was not carried out, for a reason that passes; a next create has the same ordinal.
        case notMade = "not_made"
        /// A look-up has found nothing of it, late enough: it was most likely not carried out, and a next create has the same
        /// ordinal; a process that slept may still send it.
        case absent
    }

    /// Its id.
    public var id: CanonicalID
    /// The record at the connection.
    public var place: Place
    /// The vendor's type.
    public var nativeType: String
    /// The object; nil for a create.
    public var nativeID: String?
    /// The key that the vendor de-duplicates by, or that a look-up finds it by.
    public var key: String
    /// Counts the definite refusals of creates, from 1.
    public var ordinal: Int
    /// The epoch of the lane that it was opened under.
    public var laneEpoch: Int64
    /// What is known of it.
    public var state: State = .open
    /// When it was sent, by the database's clock.
    public var sentAt: Instant
    /// From when on a look-up that finds nothing means that nothing was made, by the database's clock.
    public var absentAfter: Instant
    /// Whether that time had passed when the intent was read.
    public var mayBeAbsent = false
    /// Whether its object waited to be read when the unsettled intent was read.
    public var isToBeRead = false
    /// How often it was sent.
    public var attempts = 1
    /// The request, byte for byte.
    public var request: [UInt8]
    /// What went wrong, in words.
    public var fault: String?

    /// The object; nil for a create.
    public var native: NativeReference? {
        nativeID.map { NativeReference(type: nativeType, id: $0) }
    }

    /// Makes an intent that is to be opened; its times are set by the database.
    public init(
        id: CanonicalID, place: Place, nativeType: String, nativeID: String?, key: String, ordinal: Int,
        laneEpoch: Int64, request: [UInt8]
    ) {
        self.id = id
        self.place = place
        self.nativeType = nativeType
        self.nativeID = nativeID
        self.key = key
        self.ordinal = ordinal
        self.laneEpoch = laneEpoch
        self.request = request
        sentAt = Instant(microseconds: 0)
        absentAfter = Instant(microseconds: 0)
    }
}
