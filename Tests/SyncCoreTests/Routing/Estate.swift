import CanonicalModel
import Foundation
import SyncCore
import SyncPolicy

/// A company in memory: what the router would read from its tables, kept from event to event.
struct Estate {
    static let crm = ConnectionID("crm-main")
    static let fsm = ConnectionID("fsm-main")
    static let ledger = ConnectionID("ledger-main")

    let policy: SourceOfTruth
    let connections: [ConnectionCapabilities]
    private let ids: IDSource
    private var records: [CanonicalID: RecordState] = [:]
    /// The records in the order in which they were made.
    private var made: [CanonicalID] = []
    private var links: [LinkKey: CanonicalID] = [:]
    private var effects: [WorkingSet.EffectKey: CanonicalID] = [:]
    private(set) var proposals: [ProposalKey: Proposal] = [:]
    private(set) var allEffects: [RouteOutput.Effect] = []
    private(set) var commands: [SyncCommand] = []
    private(set) var parked: [RouteOutput.ParkedEvent] = []
    var now = Instant("2026-03-02T15:00:00Z")!
    private let counter = Counter()

    final class Counter: @unchecked Sendable {
        private var value: UInt64 = 0
        private let lock = NSLock()
        func next() -> UInt64 {
            lock.withLock {
                value += 1
                return value
            }
        }
    }

    /// A company whose systems can be given everything, or whose field service can do just this.
    init(fieldService: [EntityCapability]? = nil) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../deploy/policy/source-of-truth.yaml").standardized
        policy = try SourceOfTruth(yaml: String(contentsOf: file, encoding: .utf8), version: 1)
        let counter = counter
        ids = IDSource { now in CanonicalID(time: now, random: (0, counter.next())) }
        connections = [
            Self.capabilities(Self.crm, .crm, creating: [.job]),
            fieldService.map { ConnectionCapabilities(connection: Self.fsm, role: .fsm, entities: $0) }
                ?? Self.capabilities(Self.fsm, .fsm, creating: [.customer, .contact, .site, .job]),
            Self.capabilities(Self.ledger, .ledger, creating: [.customer, .invoice]),
        ]
    }

    /// Everything can be written everywhere; only some kinds are created by us.
    private static func capabilities(
        _ connection: ConnectionID, _ role: Role, creating: Set<EntityKind>
    ) -> ConnectionCapabilities {
        let kinds: [EntityKind] =
            switch role {
            case .crm: [.customer, .contact, .site, .opportunity, .estimate, .job]
            case .fsm: [.customer, .contact, .site, .job, .appointment, .timeEntry]
            case .ledger: [.customer, .invoice, .payment, .item]
            }
        return ConnectionCapabilities(
            connection: connection, role: role,
            entities: kinds.map { kind in
                let fields = Set(ModelCatalog.declaration(of: kind).fields.map(\.name))
                return EntityCapability(
                    kind, nativeType: kind.rawValue, originates: true, creates: creating.contains(kind),
                    writes: fields, reads: fields, keepsExternalID: true, createGuarantee: .notApplicable)
            })
    }

    /// An event of a connection about one of its objects.
    func event(
        _ connection: ConnectionID, _ entity: EntityKind, _ id: String, _ fields: Patch,
        change: ChangeKind = .updated, at moment: Instant? = nil, externalID: CanonicalID? = nil
    ) -> CanonicalEvent {
        let role = connections.first { $0.connection == connection }!.role
        return CanonicalEvent(
            id: ids.next(now), entity: entity, change: change, connection: connection, role: role,
            native: NativeReference(type: entity.rawValue, id: id), externalID: externalID, fields: fields,
            changedAt: moment ?? now, observedAt: now, context: MessageContext(correlation: ids.next(now)))
    }

    /// Routes events as one batch and keeps what comes of it, as the router's transaction does.
    @discardableResult
    mutating func route(_ events: CanonicalEvent..., replayed: Set<CanonicalID> = []) throws -> RouteOutput {
        var set = WorkingSet()
        for _ in 0..<20 {
            var batch = RouteBatch(
                set: set, policy: policy, connections: connections, ids: ids, now: now, replayed: replayed)
            for event in events { batch.route(event) }
            if batch.needs.isEmpty {
                try keep(batch.output)
                return batch.output
            }
            read(batch.needs, into: &set)
        }
        throw Unsettled()
    }

    struct Unsettled: Error {}

    /// A record was to be saved under a version that it has already: the table refuses that.
    struct StaleRecord: Error {
        let record: RecordState
    }

    func record(_ connection: ConnectionID, _ entity: EntityKind, _ id: String) -> RecordState? {
        links[LinkKey(connection: connection, native: NativeReference(type: entity.rawValue, id: id), entity: entity)]
            .flatMap { records[$0] }
    }

    func records(_ entity: EntityKind) -> [RecordState] {
        made.compactMap { records[$0] }.filter { $0.entity == entity }
    }

    func commands(to connection: ConnectionID, _ entity: EntityKind) -> [SyncCommand] {
        commands.filter { $0.connection == connection && $0.entity == entity && $0.verb == .upsert }
    }

    static func native(_ entity: EntityKind, _ id: String) -> PatchValue {
        .set(.reference(.native(NativeReference(type: entity.rawValue, id: id), entity)))
    }

    /// Says that the connection has the record now, as an adapter's first write does.
    mutating func link(_ record: CanonicalID, at connection: ConnectionID, _ entity: EntityKind, _ id: String) {
        links[LinkKey(connection: connection, native: NativeReference(type: entity.rawValue, id: id), entity: entity)] =
            record
    }

    private mutating func keep(_ output: RouteOutput) throws {
        for record in output.records.values where record.version <= records[record.id]?.version ?? 0 {
            throw StaleRecord(record: record)
        }
        let linked = output.links.map(\.record)
        for id in linked + output.records.keys.sorted() where output.records[id] != nil && !made.contains(id) {
            made.append(id)
        }
        records.merge(output.records) { _, new in new }
        for link in output.links { links[link.key] = link.record }
        for effect in output.effects {
            effects[.init(kind: effect.kind, cause: effect.cause)] = effect.result
            allEffects.append(effect)
        }
        for key in output.withdrawn { proposals[key] = nil }
        for proposal in output.proposals { proposals[proposal.key] = proposal }
        commands += output.commands.values.sorted { $0.id < $1.id }
        parked += output.parked
    }

    private func read(_ needs: WorkingSet.Needs, into set: inout WorkingSet) {
        for key in needs.links { set.links[key] = links[key] }
        set.known.links.formUnion(needs.links)
        for id in needs.records {
            set.records[id] = records[id]
            set.openProposals.formUnion(proposals.keys.filter { $0.record == id })
            for (key, record) in links where record == id { set.places[id, default: [:]][key.connection] = key.native }
        }
        set.known.records.formUnion(needs.records)
        for id in needs.families {
            for (key, result) in effects where key.cause == id { set.effects[key] = result }
            for record in records.values where record.references.contains(where: { $0.record == id }) {
                set.children[.init(parent: id, entity: record.entity), default: []].insert(record.id)
            }
        }
        set.known.families.formUnion(needs.families)
    }
}
