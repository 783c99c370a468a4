/// Points at another record: by our id once it is known, else by the system's own.
///
/// Adapters observe native references; the router replaces them by canonical ones before anything is stored.
public enum RecordReference: Hashable, Sendable {
    /// The record with this id.
    case canonical(CanonicalID)
    /// The object of the connection that the event came from, seen as an entity of the given kind.
    case native(NativeReference, EntityKind)

    /// The canonical id, where it is known.
    public var canonicalID: CanonicalID? {
        if case .canonical(let id) = self { id } else { nil }
    }
}
