public import CanonicalModel

/// Who lives in a shared object, and who shall.
public struct Occupancy: Sendable, Hashable {
    /// What a record may do that would like to live in the object: pure.
    public enum Admission: Sendable, Hashable {
        /// It comes in.
        case enters
        /// It comes in, and the one who lives there makes room.
        case replaces(CanonicalID)
        /// Another one is named, and stays or will come.
        case reserved
        /// Another one came first, and nobody is named.
        case full
    }

    /// Who lives there; nil while it is free.
    public var occupant: CanonicalID?
    /// Whom the host names; nil while it names nobody.
    public var named: CanonicalID?

    /// Takes the parts.
    public init(occupant: CanonicalID? = nil, named: CanonicalID? = nil) {
        self.occupant = occupant
        self.named = named
    }

    /// What a record may do.
    ///
    /// Once somebody is named, the order in which records come no longer matters; until then the first one lives there.
    public func admission(of record: CanonicalID) -> Admission {
        if occupant == record { return .enters }
        if let named, named != record { return .reserved }
        guard let occupant else { return .enters }
        return named == record ? .replaces(occupant) : .full
    }
}
