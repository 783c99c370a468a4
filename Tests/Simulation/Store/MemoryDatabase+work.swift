public import CanonicalModel
import ConnectorKit
import SyncCore
import SyncPolicy
import SyncStore

/// What the connections' systems shall show.
extension MemoryDatabase {
    /// Takes commands in: the newest desired state of each record counts.
    func accept(_ commands: [ReceivedCommand]) {
        for received in commands {
            commandCount += 1
            let command = received.command
            guard var row = work[received.place] else {
                work[received.place] = WorkRow(
                    received: received, priority: command.priority, dueAt: now, changedAt: command.changedAt,
                    effect: command.effect, lane: lane(of: received.place))
                continue
            }
            guard (row.received.command.version, row.received.command.id) < (command.version, command.id) else {
                continue
            }
            let isDone = row.state == .done
            row.priority = isDone || command.priority.rawValue < row.priority.rawValue ? command.priority : row.priority
            row.changedAt = isDone ? command.changedAt : min(row.changedAt, command.changedAt)
            if row.state != .ready || !Self.waits(row.failure?.failureClass) { row.dueAt = now }
            if row.state != .ready { row.failure = nil }
            row.received = received
            row.effect = command.effect ?? row.effect
            row.state = .ready
            row.attempts = 0
            row.held = []
            work[received.place] = row
        }
        for received in commands { carryEffect(of: received) }
    }

    /// Whether work waits out a delay that a newer state does not shorten.
    private static func waits(_ failure: FailureClass?) -> Bool {
        switch failure {
        case .transient, .rateLimited, .authentication, .unknownOutcome: true
        default: false
        }
    }

    /// Lets work carry an effect whose command a newer state covers.
    private func carryEffect(of received: ReceivedCommand) {
        guard let effect = received.command.effect, let row = work[received.place], row.effect != effect,
            let wanted = effects.first(where: { $0.effect.id == effect }), wanted.isUnsettled
        else { return }
        let isOver = row.effect.map { carried in !effects.contains { $0.effect.id == carried && $0.isUnsettled } }
        guard row.effect == nil || row.effect! < effect || isOver == true else { return }
        work[received.place]?.effect = effect
        work[received.place]?.generation += 1
        guard row.state == .done || row.state == .dead else { return }
        work[received.place]?.state = .ready
        work[received.place]?.dueAt = now
    }

    private func lane(of place: Place) -> LaneKey {
        guard let link = places[place], link.state == .active, let native = link.native else {
            return .record(place.record, in: place.connection)
        }
        return .object(native, in: place.connection)
    }

    /// Gives a place its link, and its work the lane of the object.
    func take(_ link: Link) {
        places[link.place] = link
        if work[link.place] != nil { work[link.place]?.lane = lane(of: link.place) }
    }

    /// Claims ready and due work, each piece with its lane: urgent work first, each class its share where it has work.
    func claimWork(
        of connection: ConnectionID, limit: Int, downTo lowest: SyncCommand.Priority,
        shares: [SyncCommand.Priority: Int], lease: Duration, ceiling: Duration
    ) -> [ClaimedWork] {
        guard !isHeld else { return [] }
        var best: [LaneKey: (place: Place, row: WorkRow)] = [:]
        for (place, row) in work
        where place.connection == connection && row.state == .ready && row.dueAt <= now
            && row.priority.rawValue <= lowest.rawValue
        {
            let key = row.lane
            guard isFree(key, ceiling: ceiling) else { continue }
            if let other = best[key], !Self.precedes((place, row), other) { continue }
            best[key] = (place, row)
        }
        var taken: [SyncCommand.Priority: Int] = [:]
        let ranked = best.sorted { Self.precedes($0.value, $1.value) }.map { key, one in
            let rank = taken[one.row.priority, default: 0]
            taken[one.row.priority] = rank + 1
            return (key: key, place: one.place, row: one.row, isBeyond: rank >= shares[one.row.priority] ?? 0)
        }
        let chosen = (ranked.filter { !$0.isBeyond } + ranked.filter(\.isBeyond)).prefix(limit)
        return chosen.sorted { Self.precedes(($0.place, $0.row), ($1.place, $1.row)) }.map { one in
            let command = one.row.received.command
            let link = places[one.place]
            return ClaimedWork(
                version: .init(
                    place: one.place, version: command.version, command: command.id, generation: one.row.generation),
                priority: one.row.priority, attempts: one.row.attempts, held: one.row.held,
                changedAt: one.row.changedAt,
                body: one.row.received.body, effect: one.row.effect,
                native: link?.state == .active ? link?.native : nil, lane: take(one.key, lease: lease))
        }
    }

    private static func precedes(
        _ left: (place: Place, row: WorkRow), _ right: (place: Place, row: WorkRow)
    ) -> Bool {
        (left.row.priority.rawValue, left.row.dueAt, left.place)
            < (right.row.priority.rawValue, right.row.dueAt, right.place)
    }

    /// What a claim needs to go on.
    func workClaim(_ claimed: ClaimedWork) -> WorkClaim? {
        let place = claimed.version.place
        guard let row = work[place] else { return nil }
        let key = claimed.native.map { LinkKey(connection: place.connection, native: $0, entity: place.entity) }
        return WorkClaim(
            claimed, command: row.received.command,
            shadow: omitted.contains(.shadowCheck) ? nil : key.flatMap { shadows[$0]?.shadow },
            unsettled: unsettled(place), ordinal: refusedOrdinal(place) + 1,
            searchedSince: claimed.native == nil ? searched(place) : nil)
    }

    func settle(_ result: WorkResult) {
        let version = result.version
        guard var row = work[version.place], row.received.command.version == version.version,
            row.received.command.id == version.command, row.generation == version.generation
        else { return }
        if let held = result.held { row.held = held }
        switch result.ending {
        case .done:
            row.state = .done
            row.attempts = 0
            row.failure = nil
        case .retry(let wait, let failure, let counts):
            row.state = .ready
            row.dueAt = now.advanced(by: wait)
            row.attempts += counts ? 1 : 0
            row.failure = failure
        case .putOff(let wait):
            row.state = .ready
            row.dueAt = now.advanced(by: wait)
        case .waiting(let failure):
            row.state = .waiting
            row.failure = failure
        case .dead(let failure):
            row.state = .dead
            row.attempts += 1
            row.failure = failure
        }
        work[version.place] = row
    }

    /// Opens work again as the next generation.
    func reopen(_ place: Place) {
        guard var row = work[place] else { return }
        row.state = .ready
        row.generation += 1
        row.attempts = 0
        row.held = []
        row.failure = nil
        row.dueAt = now
        work[place] = row
    }

    /// Makes work due that waits for a time.
    func hasten(_ place: Place) {
        guard let row = work[place], row.state == .ready else { return }
        work[place]?.dueAt = min(row.dueAt, now)
    }

    /// When work of a connection can be claimed next; nil when there is none.
    public func nextWork(of connection: ConnectionID, ceiling: Duration) -> Instant? {
        guard !isHeld else { return nil }
        var next: Instant?
        for (place, row) in work where row.state == .ready && place.connection == connection {
            let time = max(row.dueAt, freeAt(row.lane, ceiling: ceiling))
            next = next.map { min($0, time) } ?? time
        }
        return next
    }

    // MARK: Effects

    func settle(_ outcome: Effects.Outcome) {
        guard let carried = effects.first(where: { $0.effect.id == outcome.effect }) else { return }
        let isDone =
            outcome.isShown || outcome.native != nil && carried.effect.kind.creates != nil
        for position in effects.indices
        where effects[position].effect.result == carried.effect.result
            && effects[position].effect.kind == carried.effect.kind && effects[position].madeAt <= carried.madeAt
            && effects[position].isUnsettled && (isDone || outcome.isGivenUp)
        { effects[position].state = isDone ? .done : .dead }
        let after = effects.first { $0.effect.id == outcome.effect }
        if work[outcome.place]?.effect == outcome.effect, after?.state == .done || after?.state == .cancelled {
            work[outcome.place]?.effect = nil
        }
    }
}

extension MemoryDatabase.EffectRow {
    var isUnsettled: Bool { state == .wanted || state == .dead }
}
