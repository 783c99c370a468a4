import CanonicalModel
import SyncCore
import SyncStore

/// What the router reads and writes.
extension MemoryDatabase {
    /// Whether a delivery is open, or of a stranger that has no row.
    func isFresh(_ key: MessageKey) -> Bool {
        guard let message = messages[key.id] else { return true }
        if omitted.contains(.deduplication) { return true }
        return message.generation == key.generation && message.isOpen
    }

    // MARK: Reading

    func read(links keys: Set<LinkKey>, claims: [LinkKey: CanonicalID], into set: inout WorkingSet) {
        take(keys, into: &set)
        var records = Set(claims.values)
        for key in keys { if let link = links[key] { records.insert(link.record) } }
        read(records: records, into: &set)
    }

    func read(_ needs: WorkingSet.Needs, into set: inout WorkingSet) {
        take(needs.links, into: &set)
        read(records: needs.records, into: &set)
        for id in needs.families {
            for row in effects where row.effect.cause == id && row.state != .cancelled {
                set.effects[.init(kind: row.effect.kind, cause: id)] = row.effect.result
            }
            for record in records.values where record.references.contains(where: { $0.record == id }) {
                set.children[.init(parent: id, entity: record.entity), default: []].insert(record.id)
            }
        }
        set.known.families.formUnion(needs.families)
    }

    private func take(_ keys: Set<LinkKey>, into set: inout WorkingSet) {
        for key in keys {
            if let link = links[key], link.state != .pending { set.links[key] = link.record }
        }
        set.known.links.formUnion(keys)
    }

    private func read(records wanted: Set<CanonicalID>, into set: inout WorkingSet) {
        for id in wanted { if let record = records[id] { set.records[id] = record } }
        for (place, link) in places where wanted.contains(place.record) {
            guard let native = link.native else { continue }
            set.places[place.record, default: [:]][place.connection] = native
        }
        for key in proposals.keys where wanted.contains(key.record) { set.openProposals.insert(key) }
        set.known.records.formUnion(wanted)
    }

    // MARK: Writing

    func write(
        _ output: RouteOutput, of deliveries: [MemoryRouter.Delivery], lease: Duration
    ) throws(StoreError) -> MemoryRouter.Outcome {
        precondition(output.merges.isEmpty, "the store in memory does not merge records")
        try check(output)
        for delivery in deliveries {
            decisions[delivery.key, default: 0] += 1
            if settle([delivery.key]).isEmpty {
                _ = acceptForeign(MemoryMessage(delivery.event, leaseUntil: now))
            }
        }
        for (id, record) in output.records { records[id] = record }
        let made = output.links.map { Link(id: ids.next(now), $0.key, record: $0.record) }
        for link in made {
            guard let key = link.key, links[key] == nil else { continue }
            links[key] = link
            take(link)
        }
        park(output, of: deliveries)
        for effect in output.effects {
            let isThere = effects.contains {
                $0.effect.cause == effect.cause && $0.effect.kind == effect.kind
                    && $0.effect.occurrence == effect.occurrence
            }
            if !isThere {
                effects.append(EffectRow(effect: effect, state: effect.isDone ? .done : .wanted, madeAt: now))
            }
        }
        for proposal in output.proposals { proposals[proposal.key] = proposal }
        for key in output.withdrawn { proposals[key] = nil }
        let commands = (Array(output.commands.values) + output.reads).sorted { $0.id < $1.id }.map {
            MemoryMessage($0, leaseUntil: now.advanced(by: lease))
        }
        insert(commands)
        return MemoryRouter.Outcome(messages: commands, reopened: release(linked: made), routed: deliveries.count)
    }

    /// Demands what the router's statements demand.
    private func check(_ output: RouteOutput) throws(StoreError) {
        for record in output.records.values where record.version <= records[record.id]?.version ?? 0 {
            throw StoreError(.staleRecord, "a record has a newer version")
        }
        for link in output.links {
            let place = Place(record: link.record, connection: link.key.connection, entity: link.key.entity)
            if let known = links[link.key] {
                guard known.record == link.record, known.state == .active else { throw Self.linkTaken }
            } else if places[place] != nil {
                throw Self.linkTaken
            }
        }
    }

    private static let linkTaken = StoreError(.linkTaken, "the object or the record is linked already")

    private func park(_ output: RouteOutput, of deliveries: [MemoryRouter.Delivery]) {
        for parked in output.parked {
            if parked.isSplitOff {
                var message = MemoryMessage(parked.event, leaseUntil: now)
                message.status = .parked
                messages[message.id] = message
            } else {
                let generation = deliveries.first { $0.event.id == parked.event.id }?.key.generation ?? 1
                park(settled: [MessageKey(parked.event.id, generation: generation)])
            }
            for parent in parked.waitsFor {
                insert(
                    Park(
                        id: ids.next(now), .message(parked.event.id), for: .object(parent),
                        cause: "\(parent.native) has not been read yet"))
            }
        }
    }
}
