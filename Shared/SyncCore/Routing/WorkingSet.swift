public import CanonicalModel
public import SyncPolicy

/// What the routing of a batch works on: everything that was read under the records' locks.
///
/// A step that finds a record missing asks for it; the caller reads and locks it and runs the batch again. So the step
/// stays a function, and a wrong guess about what an event touches costs time, never correctness.
public struct WorkingSet: Sendable {
    /// Records by id, after redirects were followed.
    public var records: [CanonicalID: RecordState]
    /// Which record an object stands for.
    public var links: [LinkKey: CanonicalID]
    /// Where a record is linked, for the records of the batch: connection to native object.
    public var places: [CanonicalID: [ConnectionID: NativeReference]]
    /// Effects that are there already.
    public var effects: [EffectKey: CanonicalID]
    /// Records that refer to a record, by the field: the jobs of an estimate, the invoices of a job.
    public var children: [ChildKey: Set<CanonicalID>]
    /// Open proposals.
    public var openProposals: Set<ProposalKey>
    /// Merged records and what they are now.
    public var redirects: [CanonicalID: CanonicalID]
    /// What the caller has looked for, found or not.
    public var known: Known

    /// Which effect is meant.
    public struct EffectKey: Hashable, Sendable {
        /// What happens.
        public var kind: EffectKind
        /// The record that it happens for.
        public var cause: CanonicalID

        /// Takes the parts.
        public init(kind: EffectKind, cause: CanonicalID) {
            self.kind = kind
            self.cause = cause
        }
    }

    /// Children of a parent through a field.
    public struct ChildKey: Hashable, Sendable {
        /// The parent.
        public var parent: CanonicalID
        /// The children's kind.
        public var entity: EntityKind

        /// Takes the parts.
        public init(parent: CanonicalID, entity: EntityKind) {
            self.parent = parent
            self.entity = entity
        }
    }

    /// What has been looked for.
    public struct Known: Sendable {
        /// Records, by id.
        public var records: Set<CanonicalID> = []
        /// Objects.
        public var links: Set<LinkKey> = []
        /// Records whose effects and children were read; open proposals come with the record itself.
        public var families: Set<CanonicalID> = []

        /// Nothing yet.
        public init() {}
    }

    /// What must be read before the batch can be routed.
    public struct Needs: Sendable, Equatable {
        /// Records to lock and read.
        public var records: Set<CanonicalID> = []
        /// Objects to look up.
        public var links: Set<LinkKey> = []
        /// Records whose effects and children are wanted.
        public var families: Set<CanonicalID> = []

        /// Nothing.
        public init() {}

        /// Whether nothing is needed.
        public var isEmpty: Bool { records.isEmpty && links.isEmpty && families.isEmpty }

        /// Adds what another needs.
        public mutating func formUnion(_ other: Needs) {
            records.formUnion(other.records)
            links.formUnion(other.links)
            families.formUnion(other.families)
        }
    }

    /// Nothing read yet.
    public init() {
        records = [:]
        links = [:]
        places = [:]
        effects = [:]
        children = [:]
        openProposals = []
        redirects = [:]
        known = Known()
    }

    /// The id that a record goes by now.
    public func current(_ id: CanonicalID) -> CanonicalID {
        var id = id
        var steps = 0
        while let next = redirects[id], steps < 16 {
            id = next
            steps += 1
        }
        return id
    }
}
