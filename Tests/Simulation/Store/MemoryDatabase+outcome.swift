import CanonicalModel
import ConnectorKit
import SyncCore
import SyncStore

/// What came of work, with the links that it makes.
extension MemoryDatabase {
    /// Writes what came of a round.
    ///
    /// - Returns: the messages that waited for a link and were opened again.
    func settle(_ results: [EgressResult], connection: ConnectionID) throws(StoreError) -> Set<CanonicalID> {
        precondition(results.allSatisfy { $0.replaces == nil }, "the store in memory has no objects that are shared")
        try check(results.map(\.claim.work.lane))
        var settlement = EgressSettlement(results, connection: connection, ids: ids, now: now)
        mark(settlement.marks)
        for result in results {
            guard let intent = result.intent else { continue }
            settle(intent, of: result.claim.place)
        }
        settlement.findings.linkedParents = settlement.parents.filter { places[$0]?.state == .active }
        for link in settlement.links where !activate(link) {
            if let key = link.key { settlement.findings.taken.insert(key) }
        }
        for entry in settlement.shadows { _ = save(entry.shadow, of: entry.key) }
        for result in settlement.work { settle(result) }
        for park in settlement.parks { insert(park) }
        for outcome in settlement.effects { settle(outcome) }
        for place in settlement.withdrawn where places[place]?.state == .pending { places[place] = nil }
        letters += settlement.letters
        release(settlement.freeLanes)
        try extend(settlement.keptLanes, by: .zero)
        return release(linked: settlement.made)
    }

    /// Gives a record the object that was made or found for it.
    ///
    /// - Returns: false where the object stands for another record, or the record has another object.
    private func activate(_ link: Link) -> Bool {
        guard let key = link.key else { return true }
        if let other = links[key] {
            // Its own pending link is over, whoever made the object known first.
            return other.record == link.record
        }
        if let place = places[link.place], place.state == .active { return false }
        links[key] = link
        take(link)
        return true
    }

    // MARK: Waiting for parents

    func insert(_ park: Park) {
        guard !parks.contains(where: { $0.waiter == park.waiter && $0.parent == park.parent }) else { return }
        parks.append(park)
    }

    /// Brings back what waits for links that were made.
    ///
    /// - Returns: the messages that are open again.
    func release(linked: [Link]) -> Set<CanonicalID> {
        guard !parks.isEmpty, !linked.isEmpty else { return [] }
        let hit = parks.filter { park in
            linked.contains { link in
                switch park.parent {
                case .object(let key): link.key == key
                case .place(let place): link.record == place.record && link.connection == place.connection
                }
            }
        }
        guard !hit.isEmpty else { return [] }
        var opened: Set<CanonicalID> = []
        for park in hit {
            switch park.waiter {
            case .message(let id):
                if unpark(id) { opened.insert(id) }
            case .work(let place):
                guard work[place]?.state == .waiting || work[place]?.state == .done else { continue }
                work[place]?.state = .ready
                work[place]?.dueAt = now
            }
        }
        let over = Set(hit.map(\.id))
        let messages = Set(hit.map(\.waiter))
        parks.removeAll { park in
            if over.contains(park.id) { return true }
            guard case .message = park.waiter else { return false }
            return messages.contains(park.waiter)
        }
        return opened
    }

    // MARK: What came late

    func dueLateObjects(of connection: ConnectionID) -> [LateObjects.Entry] {
        lateObjects.filter { $0.key.connection == connection && $0.value.isOpen && $0.value.dueAt <= now }
            .map(\.value.entry).sorted { $0.key < $1.key }
    }

    /// When an object of a connection is to be neutralised next; nil when none is.
    func nextLateObject(of connection: ConnectionID) -> Instant? {
        lateObjects.lazy.filter { $0.key.connection == connection && $0.value.isOpen }.map(\.value.dueAt).min()
    }

    func settle(_ entry: LateObjects.Entry, _ outcome: LateObjects.Outcome) {
        let key = NativeKey(connection: entry.key.connection, native: entry.key.native)
        guard lateObjects[key]?.isOpen == true else { return }
        lateObjects[key]?.entry.attempts += 1
        switch outcome {
        case .neutralised, .givenUp: lateObjects[key]?.isOpen = false
        case .retry(let wait, _): lateObjects[key]?.dueAt = now.advanced(by: wait)
        }
    }
}
