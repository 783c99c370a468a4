public import CanonicalModel
public import SyncCore

/// What is known of objects.
public struct ObjectKnowledge: Sendable {
    /// The records that they stand for.
    public var links: [LinkKey: CanonicalID] = [:]
    /// What they last showed.
    public var shadows: [LinkKey: Shadow] = [:]
    /// The types of which a create is under way whose id is not known yet.
    public var creating: Set<String> = []

    /// Nothing known.
    public init() {}
}
