public import CanonicalModel
public import SyncCore
public import SyncStore

/// What is known of objects.
public struct ObjectKnowledge: Sendable {
    /// The records that they stand for.
    public var links: [LinkKey: CanonicalID] = [:]
    /// What they last showed.
    public var shadows: [LinkKey: Shadow] = [:]
    /// The types of which a create is under way whose id is not known yet.
    public var creating: Set<String> = []
    /// What requests have wanted of them that may be carried out after we have gone on without them.
    public var lateWrites: [LinkKey: [LateWrite]] = [:]
    /// What requests want of them whose outcome nobody knows yet.
    public var openWrites: [LinkKey: [Patch]] = [:]
    /// Records that they bear the id of and do not stand for, where a create of ours may have come late.
    public var lateCreates: [LinkKey: Intents.LateCreate] = [:]
    /// Objects that are known to have been made late.
    public var lateObjects: Set<NativeReference> = []

    /// Nothing known.
    public init() {}

    /// Takes in the requests for an object of which an unanswered send may be carried out, or may have been: its updates, and
    /// the creates that may have made it.
    public mutating func note(_ requests: [Intent], of key: LinkKey) {
        for request in requests {
            guard let write = LateWrite(request) else { continue }
            switch request.state {
            case .open, .unknown: openWrites[key, default: []].append(write.wanted)
            default: lateWrites[key, default: []].append(write)
            }
        }
    }
}
