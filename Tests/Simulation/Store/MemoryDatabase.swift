public import CanonicalModel
public import SyncCore
public import SyncStore

/// Plumbline's tables in memory, with the rules that the statements of `SyncStore` keep on Postgres.
///
/// Each call is one transaction: it checks everything that it demands before it changes anything. One schedule uses it from
/// one thread. What decides nothing is left out: the audit log, circuits, snapshots.
public final class MemoryDatabase: @unchecked Sendable {
    /// The time by which leases and waits are reckoned.
    public var now: Instant
    /// The safeguards that are switched off.
    public let omitted: Set<Omission>
    let ids: IDSource

    var messages: [CanonicalID: MemoryMessage] = [:]
    var lanes: [LaneKey: HeldLane] = [:]
    var lastEpoch: Int64 = 0
    var dirty: [LaneKey: DirtyRow] = [:]
    var shadows: [LinkKey: ShadowRow] = [:]
    var links: [LinkKey: Link] = [:]
    /// The pending and active links by place.
    var places: [Place: Link] = [:]
    var work: [Place: WorkRow] = [:]
    var intents: [Place: [IntentRow]] = [:]
    var parks: [Park] = []
    var effects: [EffectRow] = []
    var records: [CanonicalID: RecordState] = [:]
    var proposals: [ProposalKey: Proposal] = [:]
    var cursors: [StreamKey: String] = [:]
    var lateObjects: [NativeKey: LateObjectRow] = [:]
    var recovery: RecoveryRow?
    /// What was given up.
    public internal(set) var letters: [DeadLetters.Letter] = []
    /// How often each message was decided on.
    public internal(set) var decisions: [MessageKey: Int] = [:]
    /// How often desired states were taken in.
    public internal(set) var commandCount = 0

    /// Empty tables.
    public init(now: Instant, ids: IDSource, omitting omitted: Set<Omission> = []) {
        self.now = now
        self.ids = ids
        self.omitted = omitted
    }

    /// The open proposals.
    public var openProposals: [Proposal] { Array(proposals.values) }

    struct HeldLane {
        var epoch: Int64
        var until: Instant
    }

    struct DirtyRow {
        var mark: DirtyTable.Mark
        var marks: Int64
        var attempts = 0
        var dueAt: Instant
    }

    struct ShadowRow {
        var shadow: Shadow
        var modification: Shadow.Modification?
    }

    struct WorkRow {
        enum State { case ready, waiting, done, dead }

        var received: ReceivedCommand
        var generation = 1
        var state = State.ready
        var priority: SyncCommand.Priority
        var dueAt: Instant
        var changedAt: Instant
        var attempts = 0
        var held: Set<FieldName> = []
        var failure: WorkResult.Failure?
        var effect: CanonicalID?
        /// The lane of its object, or that of the record while it has none.
        var lane: LaneKey
    }

    struct IntentRow {
        var intent: Intent
        var settledAt: Instant?
        /// Whether it was taken to have come late.
        var cameLate = false
    }

    struct EffectRow {
        var effect: RouteOutput.Effect
        var state: Effects.State
        var madeAt: Instant
    }

    struct LateObjectRow {
        var entry: LateObjects.Entry
        var isOpen = true
        var dueAt: Instant
    }

    struct StreamKey: Hashable {
        var connection: ConnectionID
        var stream: String
    }

    struct NativeKey: Hashable {
        var connection: ConnectionID
        var native: NativeReference
    }
}
