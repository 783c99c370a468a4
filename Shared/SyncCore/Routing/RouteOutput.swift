public import CanonicalModel
public import SyncPolicy

/// Everything that a batch of events leads to, to be written in one transaction.
public struct RouteOutput: Sendable {
    /// A native object that now stands for a record.
    public struct NewLink: Hashable, Sendable {
        /// The object.
        public var key: LinkKey
        /// The record.
        public var record: CanonicalID
    }

    /// An event, or the part of one, that waits for parents.
    public struct ParkedEvent: Hashable, Sendable {
        /// What shall be routed once the parents are there; it bears the id of its own message row.
        public var event: CanonicalEvent
        /// Whether the event is a part that was split off and needs a message row of its own.
        public var isSplitOff: Bool
        /// The objects that nobody knows yet.
        public var waitsFor: [LinkKey]
    }

    /// Something that happens once per cause and occurrence.
    public struct Effect: Hashable, Sendable {
        /// The effect's id.
        public var id: CanonicalID
        /// What happens.
        public var kind: EffectKind
        /// The record that it happens for.
        public var cause: CanonicalID
        /// Which time it is; 1 for the first.
        public var occurrence: Int
        /// The record that it makes or changes.
        public var result: CanonicalID
        /// Why, in words.
        public var reason: String
        /// Whether nothing is left to be done: another effect makes the record, and this one only says whose it is, too.
        public var isDone: Bool

        /// Takes the parts.
        public init(
            id: CanonicalID, kind: EffectKind, cause: CanonicalID, occurrence: Int, result: CanonicalID,
            reason: String, isDone: Bool = false
        ) {
            self.id = id
            self.kind = kind
            self.cause = cause
            self.occurrence = occurrence
            self.result = result
            self.reason = reason
            self.isDone = isDone
        }
    }

    /// A write-once reference of a record to an invoice.
    public struct InvoiceReference: Hashable, Sendable {
        /// The job, estimate or customer.
        public var record: CanonicalID
        /// The invoice.
        public var invoice: CanonicalID
        /// The ledger that numbered it.
        public var connection: ConnectionID
        /// The ledger's number.
        public var number: String
        /// Whether it has been made void.
        public var isVoid: Bool
    }

    /// Two records that are one.
    public struct Merge: Hashable, Sendable {
        /// The record that ends.
        public var source: CanonicalID
        /// The record that goes on.
        public var target: CanonicalID
        /// The object that was merged away; it becomes an alias.
        public var alias: LinkKey
    }

    /// Records that are new or other than before.
    public var records: [CanonicalID: RecordState] = [:]
    /// Commands by connection and record: the last one covers those before.
    public var commands: [CommandKey: SyncCommand] = [:]
    /// Objects to read.
    public var reads: [SyncCommand] = []
    /// Links of objects that were seen for the first time.
    public var links: [NewLink] = []
    /// Effects that are wanted from now on.
    public var effects: [Effect] = []
    /// What people must decide; none of them is withdrawn, too.
    public var proposals: [Proposal] = []
    /// Proposals whose cause has gone: the value is again what its owner has.
    public var withdrawn: [ProposalKey] = []
    /// References to invoices.
    public var invoiceReferences: [InvoiceReference] = []
    /// Merges to carry out.
    public var merges: [Merge] = []
    /// Events that wait.
    public var parked: [ParkedEvent] = []
    /// What is recorded.
    public var notes: [AuditNote] = []

    /// Nothing yet.
    public init() {}

    /// Where a command goes.
    public struct CommandKey: Hashable, Sendable {
        /// The connection.
        public var connection: ConnectionID
        /// The record.
        public var record: CanonicalID
    }
}
