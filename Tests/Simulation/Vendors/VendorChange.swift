public import CanonicalModel

/// Something that has happened to an object of a vendor: a line of the vendor's own history.
public struct VendorChange: Sendable {
    /// Who did it.
    public enum Author: Hashable, Sendable {
        /// A person, in an action.
        case person(mark: Int)
        /// Plumbline.
        case us
        /// The vendor, of itself.
        case vendor
    }

    /// What happened to the object.
    public enum Operation: Sendable {
        case create
        case update
        case archive
    }

    /// When, in microseconds since 1970.
    public var at: Instant
    /// The object.
    public var native: NativeReference
    /// What it stands for.
    public var entity: EntityKind
    /// What happened.
    public var operation: Operation
    /// Its fields' new values.
    public var fields: Patch
    /// Who did it.
    public var author: Author
    /// Whether the request was sent by a process that had slept in the middle of its work: nobody can prevent that one.
    public var isLate: Bool
    /// The number of the state that it has led to.
    var state = 0
}
