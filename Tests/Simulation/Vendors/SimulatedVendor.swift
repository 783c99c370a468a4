import CanonicalModel
import ConnectorKit
import SyncCore

/// A vendor's side: its objects, its history, and what it knows of requests.
final class SimulatedVendor {
    struct State {
        var native: NativeReference
        var entity: EntityKind
        var fields: Patch
        var externalID: CanonicalID?
        var modifiedAt: Instant
        var version = 1
        var isArchived = false
        /// From when searches show it.
        var indexedAt: Instant
        /// Whether the list of changes leaves its last change out.
        var isHidden = false
    }

    let profile: VendorProfile
    let connection: ConnectionID
    /// The connector's bound from send to the last possible commit.
    let ceiling: Duration
    /// All states that objects have had; a read brings the number of one.
    private(set) var states: [State] = []
    /// The state that each object has now.
    private(set) var objects: [NativeReference: Int] = [:]
    private(set) var history: [VendorChange] = []
    /// The states that reads have shown to us, as far as what they showed was kept.
    private(set) var seen: Set<Int> = []
    /// What was asked for; the number of a request is its bytes.
    private(set) var requests: [WireRequest] = []
    private(set) var answers: [WireAnswer] = []
    /// Answers by request, for a vendor that carries each out once.
    private var given: [Int: Int] = [:]
    private var invoices = 0
    /// Whether changes that are made now are left out of the list of changes.
    var hides = false
    /// Called with each object that has changed.
    var announce: (NativeReference) -> Void = { _ in }

    init(_ profile: VendorProfile) {
        self.profile = profile
        connection = profile.connection
        ceiling = profile.descriptor.requestCeiling
    }

    /// Writes a request down, so that it can be sent by its number.
    func register(_ request: WireRequest) -> Int {
        requests.append(request)
        return requests.count - 1
    }

    func current(_ native: NativeReference) -> State? { objects[native].map { states[$0] } }

    /// The objects of a kind that are in effect, oldest first.
    func live(_ entity: EntityKind) -> [State] {
        objects.values.map { states[$0] }.filter { $0.entity == entity && !$0.isArchived }
            .sorted { Self.number($0.native) < Self.number($1.native) }
    }

    private static func number(_ native: NativeReference) -> Int { Int(native.id) ?? 0 }

    // MARK: People

    /// A person makes an object.
    func make(_ entity: EntityKind, _ fields: Patch, mark: Int, now: Instant) -> NativeReference {
        create(entity, fields, externalID: nil, author: .person(mark: mark), isLate: false, now: now, lag: 0)
    }

    /// A person changes an object.
    func edit(_ native: NativeReference, _ fields: Patch, mark: Int, now: Instant) {
        guard let state = current(native) else { return }
        change(
            state, fields, externalID: state.externalID, author: .person(mark: mark), isLate: false, now: now, lag: 0)
    }

    // MARK: Requests

    /// Carries a request out.
    ///
    /// - Parameter lag: after what time searches show what it makes.
    /// - Returns: the number of the answer.
    func execute(_ number: Int, isLate: Bool, now: Instant, lag: Int64, isHidden: Bool) -> Int {
        hides = isHidden
        if let answer = given[number] { return answer }
        let answer = answer(requests[number], isLate: isLate, now: now, lag: lag)
        answers.append(answer)
        if profile.knowsRequests, case .write = requests[number] {
            // A refusal is given anew each time.
            if case .written = answer { given[number] = answers.count - 1 }
        }
        return answers.count - 1
    }

    /// The states that an answer shows.
    func states(in answer: Int) -> [Int] {
        guard case .states(let states) = answers[answer] else { return [] }
        return states.compactMap(\.1)
    }

    /// Notes that what a read has shown is kept.
    func noteTaken(_ states: some Sequence<Int>) { seen.formUnion(states) }

    private func answer(_ request: WireRequest, isLate: Bool, now: Instant, lag: Int64) -> WireAnswer {
        switch request {
        case .write(let write): carryOut(write, isLate: isLate, now: now, lag: lag)
        case .read(let natives): .states(natives.map { ($0, objects[$0]) })
        case .changes(let since): changes(since: since, now: now)
        case .find(let id, let type):
            .found(
                objects.values.map { states[$0] }.filter {
                    $0.externalID == id && $0.native.type == type && !$0.isArchived && $0.indexedAt <= now
                }.min { Self.number($0.native) < Self.number($1.native) }?.native)
        case .archive(let native): archive(native, now: now)
        }
    }

    private func carryOut(_ write: OutboundWrite, isLate: Bool, now: Instant, lag: Int64) -> WireAnswer {
        let keptID = profile.descriptor.capability(for: write.entity)?.keepsExternalID == true ? write.record : nil
        guard let native = write.native else {
            let made = create(
                write.entity, write.changes, externalID: keptID, author: .us, isLate: isLate, now: now, lag: lag)
            return .written(objects[made] ?? 0)
        }
        guard let state = current(native) else { return .missing }
        if profile.wantsVersion, write.versionToken != "\(state.version)" { return .stale }
        change(
            state, write.changes, externalID: keptID ?? state.externalID, author: .us, isLate: isLate, now: now,
            lag: lag)
        return .written(objects[native] ?? 0)
    }

    private func changes(since: Int64?, now: Instant) -> WireAnswer {
        let found = objects.values.map { states[$0] }.filter { state in
            !state.isHidden && state.indexedAt <= now && (since.map { state.modifiedAt.microseconds >= $0 } ?? true)
        }.sorted { ($0.modifiedAt, $0.native) < ($1.modifiedAt, $1.native) }
        // The cursor stays behind what the index may not show yet, and before the second that is not over.
        let cursor = (now.microseconds - profile.indexLag) / 1_000_000 * 1_000_000
        return .changes(
            found.map { ChangeHint(native: $0.native, occurredAt: $0.modifiedAt, topic: "changed") }, cursor: cursor)
    }

    private func archive(_ native: NativeReference, now: Instant) -> WireAnswer {
        guard var state = current(native) else { return .missing }
        guard !state.isArchived else { return .archived }
        state.isArchived = true
        state.version += 1
        state.modifiedAt = shown(now)
        keep(state)
        history.append(
            VendorChange(
                at: now, native: native, entity: state.entity, operation: .archive, fields: [:], author: .us,
                isLate: false, state: states.count - 1))
        announce(native)
        return .archived
    }

    // MARK: Objects

    private func create(
        _ entity: EntityKind, _ given: Patch, externalID: CanonicalID?, author: VendorChange.Author, isLate: Bool,
        now: Instant, lag: Int64
    ) -> NativeReference {
        let type = profile.descriptor.capability(for: entity)?.nativeType ?? entity.rawValue
        let native = NativeReference(type: type, id: "\(objects.count + 1)")
        var fields = given
        if entity == .invoice { post(&fields) }
        keep(
            State(
                native: native, entity: entity, fields: fields, externalID: externalID, modifiedAt: shown(now),
                indexedAt: Instant(microseconds: now.microseconds + lag)))
        history.append(
            VendorChange(
                at: now, native: native, entity: entity, operation: .create, fields: fields, author: author,
                isLate: isLate, state: states.count - 1))
        announce(native)
        return native
    }

    /// What a ledger adds to a new invoice.
    private func post(_ fields: inout Patch) {
        invoices += 1
        var total = Money.zero(.usd)
        if case .set(.lines(let lines)) = fields["lines"] {
            total = lines.reduce(total) { $0.adding($1.amount) ?? $0 }
        }
        fields["number"] = .set(.text("INV-\(invoices)"))
        fields["status"] = .set(.choice("posted"))
        fields["total"] = .set(.money(total))
        fields["balance"] = .set(.money(total))
    }

    private func change(
        _ state: State, _ fields: Patch, externalID: CanonicalID?, author: VendorChange.Author, isLate: Bool,
        now: Instant, lag: Int64
    ) {
        var next = state
        next.fields.merge(fields) { _, new in new }
        next.externalID = externalID
        next.version += 1
        next.modifiedAt = shown(now)
        next.indexedAt = max(state.indexedAt, Instant(microseconds: now.microseconds + lag))
        keep(next)
        history.append(
            VendorChange(
                at: now, native: state.native, entity: state.entity, operation: .update, fields: fields, author: author,
                isLate: isLate, state: states.count - 1))
        announce(state.native)
    }

    private func keep(_ state: State) {
        var state = state
        state.isHidden = hides
        states.append(state)
        objects[state.native] = states.count - 1
    }

    private func shown(_ now: Instant) -> Instant {
        profile.hasWholeSeconds ? Instant(microseconds: now.microseconds / 1_000_000 * 1_000_000) : now
    }
}
