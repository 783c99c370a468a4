import CanonicalModel
import ConnectorKit
import SyncCore
import SyncStore

/// The requests to vendors.
extension MemoryDatabase {
    func open(_ intents: [Intent], lanes: [Lane], absentAfter: Duration) throws(StoreError) {
        try demandRelease()
        try check(lanes)
        for intent in intents {
            if self.intents[intent.place]?.contains(where: \.intent.isUnsettled) == true {
                throw StoreError(.intentOpen, "a request of the record is open")
            }
            guard let native = intent.native else { continue }
            let key = LinkKey(connection: intent.place.connection, native: native, entity: intent.place.entity)
            guard let link = links[key], link.state == .active, link.record == intent.place.record else {
                throw StoreError(.linkMoved, "the object stands for another record by now")
            }
        }
        for var intent in intents {
            intent.sentAt = now
            intent.absentAfter = now.advanced(by: absentAfter)
            self.intents[intent.place, default: []].append(IntentRow(intent: intent))
            guard intent.nativeID == nil, places[intent.place] == nil else { continue }
            places[intent.place] = Link(
                id: ids.next(now), connection: intent.place.connection, nativeType: intent.nativeType, nativeID: nil,
                entity: intent.place.entity, record: intent.place.record, state: .pending)
        }
    }

    private func demandRelease() throws(StoreError) {
        guard !isHeld else { throw StoreError(.recovering, "a recovery holds all that is to be written") }
    }

    func resend(_ intent: Intent, lane: Lane, absentAfter: Duration) throws(StoreError) {
        try demandRelease()
        try check([lane])
        change(intent.id, of: intent.place) { row in
            guard row.intent.isUnsettled else { return }
            row.intent.attempts += 1
            row.intent.state = .open
            row.intent.laneEpoch = lane.epoch
            row.intent.sentAt = now
            row.intent.absentAfter = now.advanced(by: absentAfter)
        }
    }

    func settle(_ outcome: Intents.Outcome, of place: Place) {
        change(outcome.id, of: place) { row in
            guard row.intent.isUnsettled else { return }
            if row.intent.state == .open, outcome.state == .unknown {
                let reckoned = Duration.microseconds(
                    row.intent.absentAfter.microseconds - row.intent.sentAt.microseconds)
                row.intent.absentAfter = now.advanced(by: outcome.unseenFor ?? reckoned)
            }
            row.intent.state = outcome.state
            row.intent.fault = outcome.fault
            row.settledAt = row.intent.isUnsettled ? nil : now
        }
    }

    /// The attempt of a record whose outcome nobody knows.
    func unsettled(_ place: Place) -> Intent? {
        guard var intent = intents[place]?.last(where: \.intent.isUnsettled)?.intent else { return nil }
        intent.mayBeAbsent = intent.state == .unknown && intent.absentAfter < now || omitted.contains(.absenceWait)
        intent.isToBeRead = intent.native.map { dirty[LaneKey.object($0, in: place.connection)] != nil } ?? false
        return intent
    }

    func refusedOrdinal(_ place: Place) -> Int {
        (intents[place] ?? []).filter { $0.intent.state == .refused && $0.intent.nativeID == nil }
            .map(\.intent.ordinal).max() ?? 0
    }

    /// For how long a request that nobody has seen an answer to may turn up.
    private static let patience: Int64 = 86_400 * 1_000_000

    func lateIntents(of link: Link) -> [Intent] {
        guard link.state == .active, let native = link.native else { return [] }
        let key = LinkKey(connection: link.place.connection, native: native, entity: link.place.entity)
        let isUnseen = shadows[key]?.shadow.isAssumed == true
        return (intents[link.place] ?? []).filter { row in
            row.intent.native == native && (row.intent.isUnsettled || mayComeLate(row))
                || isUnseen && row.intent.nativeID == nil && row.intent.state == .absent && mayComeLate(row)
        }.map(\.intent)
    }

    /// Whether a request whose outcome was in doubt has wanted a value: who shows it afterwards, nobody can tell.
    func wasInDoubt(_ value: PatchValue, of field: FieldName, at place: Place) -> Bool {
        (intents[place] ?? []).contains { row in
            (row.intent.isUnsettled || row.intent.state == .absent || row.intent.attempts > 1 || row.cameLate)
                && LateWrite(row.intent)?.wanted[field] == value
        }
    }

    /// A create that may be carried out after its record got another object.
    func lateCreate(of place: Place) -> Intents.LateCreate? {
        let isReplaced = places[place].map { $0.state == .active && $0.nativeID != nil } ?? false
        return intents[place]?.first { mayComeLate($0) && $0.intent.nativeID == nil }.map {
            Intents.LateCreate(intent: $0.intent.id, record: place.record, isReplaced: isReplaced)
        }
    }

    private func mayComeLate(_ row: IntentRow) -> Bool {
        guard row.intent.state == .absent || row.intent.attempts > 1, let settledAt = row.settledAt else {
            return false
        }
        return settledAt.microseconds > now.microseconds - Self.patience
    }

    /// Notes that one of the unanswered sends of each has come.
    func came(_ ids: Set<CanonicalID>) {
        guard !ids.isEmpty else { return }
        for place in intents.keys {
            for position in intents[place, default: []].indices {
                guard ids.contains(intents[place, default: []][position].intent.id) else { continue }
                let intent = intents[place, default: []][position].intent
                intents[place]?[position].cameLate = true
                if intent.state == .absent, intent.attempts == 1 {
                    intents[place]?[position].intent.state = .done
                }
                intents[place]?[position].intent.attempts = max(intent.attempts - 1, 1)
            }
        }
    }

    private func change(_ id: CanonicalID, of place: Place, _ body: (inout IntentRow) -> Void) {
        guard let position = intents[place]?.lastIndex(where: { $0.intent.id == id }) else { return }
        body(&intents[place, default: []][position])
    }
}
