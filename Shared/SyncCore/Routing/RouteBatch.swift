public import CanonicalModel
public import SyncPolicy

/// Routes a batch of events: pure (state, events, now → new state, commands, effects).
///
/// Feed it events one by one; it works on a copy of what was read. Where it finds that something was not read, it notes
/// what it needs, and the whole batch is run again once that is there.
public struct RouteBatch {
    let policy: SourceOfTruth
    let connections: [ConnectionCapabilities]
    let ids: IDSource
    let now: Instant
    /// The events that a replay has sent: what they lead to goes behind all that is live.
    let replayed: Set<CanonicalID>
    var set: WorkingSet
    /// The records as they were read.
    private let read: [CanonicalID: RecordState]

    /// What the batch leads to so far.
    public private(set) var output = RouteOutput()
    /// What must be read before the output may be used; empty when it may.
    public private(set) var needs = WorkingSet.Needs()

    /// Begins a batch.
    ///
    /// - Parameter replayed: the events that a replay has sent.
    public init(
        set: WorkingSet, policy: SourceOfTruth, connections: [ConnectionCapabilities], ids: IDSource, now: Instant,
        replayed: Set<CanonicalID> = []
    ) {
        self.set = set
        read = set.records
        self.policy = policy
        self.connections = connections
        self.ids = ids
        self.now = now
        self.replayed = replayed
    }

    /// Routes one event.
    public mutating func route(_ event: CanonicalEvent) {
        let key = LinkKey(connection: event.connection, native: event.native, entity: event.entity)
        guard let (event, waiting) = resolveReferences(of: event) else { return }
        if event.change == .merged {
            merge(event, key: key)
            return
        }
        if !waiting.required.isEmpty {
            park(event, waitsFor: waiting.required, isSplitOff: false)
            return
        }
        guard let record = record(for: event, key: key) else { return }
        if !waiting.deferred.isEmpty { splitOff(waiting.deferred, of: event) }
        var change = RecordChange(record: record, event: event)
        change.deferred = Set(waiting.deferred.keys)
        judge(event.fields.filter { waiting.deferred[$0.key] == nil }, in: &change)
        if event.change == .archived { archive(&change) }
        set.records[change.record.id] = change.record
        follow(change)
    }

    // MARK: What steps of the batch share

    mutating func note(_ note: AuditNote) { output.notes.append(note) }
    mutating func need(record id: CanonicalID) { needs.records.insert(id) }
    mutating func need(family id: CanonicalID) { needs.families.insert(id) }
    mutating func need(link key: LinkKey) { needs.links.insert(key) }
    mutating func add(_ link: RouteOutput.NewLink) { output.links.append(link) }
    mutating func add(_ effect: RouteOutput.Effect) { output.effects.append(effect) }
    mutating func add(_ reference: RouteOutput.InvoiceReference) { output.invoiceReferences.append(reference) }
    mutating func add(_ merge: RouteOutput.Merge) { output.merges.append(merge) }
    mutating func add(read command: SyncCommand) { output.reads.append(command) }
    mutating func add(_ parked: RouteOutput.ParkedEvent) { output.parked.append(parked) }

    // The last word of a batch on a proposal is the one that holds, whatever is written first.

    mutating func propose(_ proposal: Proposal) {
        output.withdrawn.removeAll { $0 == proposal.key }
        output.proposals.append(proposal)
        set.openProposals.insert(proposal.key)
    }

    mutating func withdraw(_ key: ProposalKey) {
        guard set.openProposals.remove(key) != nil else { return }
        output.proposals.removeAll { $0.key == key }
        output.withdrawn.append(key)
    }

    /// The record of an id, as it is in this batch; nil where it was not read yet, which is noted.
    mutating func loaded(_ id: CanonicalID) -> RecordState? {
        let id = set.current(id)
        if let record = set.records[id] { return record }
        if !set.known.records.contains(id) { need(record: id) }
        return nil
    }

    /// Saves a record that a step may have changed.
    ///
    /// What is as it was read is not written again. What has changed without a new value, such as the time at which a
    /// value was confirmed, is a new version, too: a row is only replaced by a higher one.
    ///
    /// - Returns: the record under its version.
    @discardableResult
    mutating func save(_ record: RecordState) -> RecordState {
        var record = record
        if let read = read[record.id], read.version == record.version {
            guard read != record else { return record }
            record.version += 1
        }
        set.records[record.id] = record
        output.records[record.id] = record
        return record
    }

    /// Sends a command; it covers an earlier one of the batch, and takes over the effect that that one carries, and its
    /// urgency.
    mutating func send(_ command: SyncCommand) {
        let key = RouteOutput.CommandKey(connection: command.connection, record: command.record)
        var command = command
        if let covered = output.commands[key] {
            command.effect = command.effect ?? covered.effect
            if covered.priority.rawValue < command.priority.rawValue { command.priority = covered.priority }
        }
        output.commands[key] = command
    }

    /// Lets the command that brings an effect about carry its id, so that its outcome is the effect's.
    mutating func carry(_ effect: RouteOutput.Effect) {
        for target in connections where target.role == effect.kind.role {
            output.commands[.init(connection: target.connection, record: effect.result)]?.effect = effect.id
        }
    }
}
