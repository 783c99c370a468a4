public import CanonicalModel
public import SyncCore
public import SyncStore

/// What becomes of a round of work once its locks are held: pure.
///
/// A round ends in one transaction: the store locks what may meet with another's doing (links, parents, lanes), says here
/// what that has shown, and writes the rows.
public struct EgressSettlement: Sendable {
    /// What the locks have shown.
    public struct Findings: Sendable {
        /// Parents that are linked by now.
        public var linkedParents: Set<Place>
        /// Objects that stand for another record, of those that were to be linked.
        public var taken: Set<LinkKey>

        /// Takes the parts.
        public init(linkedParents: Set<Place> = [], taken: Set<LinkKey> = []) {
            self.linkedParents = linkedParents
            self.taken = taken
        }
    }

    /// What came of the round.
    public let results: [EgressResult]
    /// The connection.
    public let connection: ConnectionID
    /// The time.
    public let now: Instant
    /// The links that are to be made.
    public let links: [Link]
    /// What the locks have shown.
    public var findings = Findings()
    private let ids: IDSource

    /// Begins with what came of a round.
    public init(_ results: [EgressResult], connection: ConnectionID, ids: IDSource, now: Instant) {
        self.results = results
        self.connection = connection
        self.ids = ids
        self.now = now
        links = results.compactMap { result in
            guard let native = result.link, native != result.claim.native else { return nil }
            let place = result.claim.place
            return Link(
                id: ids.next(now), LinkKey(connection: place.connection, native: native, entity: place.entity),
                record: place.record)
        }
    }

    // MARK: Before anything is known

    /// Whether links are made or parents waited for, which somebody else may be doing at the same time.
    public var mayMeetOthers: Bool { !links.isEmpty || results.contains { !$0.parents.isEmpty } }

    /// Parents that the work, or fields of it, wait for.
    public var parents: Set<Place> { Set(results.flatMap(\.parents)) }

    /// The requests that were settled, or whose outcome nobody knows.
    public var settlements: [Intents.Outcome] { results.compactMap(\.intent) }

    /// Objects that must be read again.
    public var marks: [DirtyTable.Mark] {
        results.filter(\.mustRead).compactMap { result in
            guard let native = result.link ?? result.claim.native else { return nil }
            return DirtyTable.Mark(
                native, in: connection, correlation: result.claim.command.context.correlation, hintedAt: now)
        }
    }

    /// Lanes that may be taken at once.
    public var freeLanes: [Lane] { results.filter { !$0.mayBeOnItsWay }.map(\.claim.work.lane) }

    /// Lanes under which a request may still be on its way: nobody prolongs them, and the request's ceiling is waited for.
    public var keptLanes: [Lane] { results.filter(\.mayBeOnItsWay).map(\.claim.work.lane) }

    /// What the round has shown of the connection.
    public var signal: CircuitSignal { CircuitSignal(results.map(\.signal)) }

    // MARK: Once the locks have shown the rest

    /// The links that stand, of those that were to be made.
    public var made: [Link] {
        links.filter { link in link.key.map { !findings.taken.contains($0) } ?? false }
    }

    /// What the objects show now.
    public var shadows: [Shadows.Entry] {
        results.compactMap { result in
            guard let shadow = result.shadow, let native = result.link ?? result.claim.native,
                !isTaken(native, result)
            else { return nil }
            return Shadows.Entry(
                LinkKey(connection: connection, native: native, entity: result.claim.place.entity), shadow)
        }
    }

    /// How the work ends.
    public var work: [WorkResult] {
        results.map { result in
            let held = result.held.isEmpty ? nil : result.claim.work.held.union(result.held)
            return WorkResult(result.claim.work.version, ending(of: result), held: held)
        }
    }

    /// What waits for parents.
    public var parks: [Park] {
        results.flatMap { result -> [Park] in
            let parents: [Place]
            let cause: String
            switch result.ending {
            case .waits(let places, let words): (parents, cause) = (places, words)
            case .done: (parents, cause) = (result.deferred, "fields refer to what is not at \(connection) yet")
            default: return []
            }
            guard !parents.contains(where: { findings.linkedParents.contains($0) }) else { return [] }
            return parents.map { Park(id: ids.next(now), .work(result.claim.place), for: .place($0), cause: cause) }
        }
    }

    /// What the outcomes say of the effects that the work carries; they do so whatever newer state has come meanwhile.
    public var effects: [Effects.Outcome] {
        results.compactMap { result in
            guard let effect = result.claim.work.effect else { return nil }
            var isGivenUp = false
            if case .dead = ending(of: result) { isGivenUp = true }
            let made = result.link.flatMap { isTaken($0, result) ? nil : $0 }
            return Effects.Outcome(
                effect: effect, place: result.claim.place, native: made ?? result.claim.native,
                isShown: isShown(result), isGivenUp: isGivenUp)
        }
    }

    /// Creates that were not carried out: their pending links are taken back.
    public var withdrawn: [Place] {
        results.filter { $0.intent?.wasNotMade == true && $0.claim.native == nil }.map(\.claim.place)
    }

    /// Places that show the desired state: their dead letters are over.
    public var shown: [Place] { results.filter(isShown).map(\.claim.place) }

    /// What is given up, and fields that are held.
    public var letters: [DeadLetters.Letter] { results.compactMap(letter) }

    private func letter(_ result: EgressResult) -> DeadLetters.Letter? {
        let claim = result.claim
        var fault = result.letter
        if case .dead(let reason) = result.ending { fault = reason }
        if case .dead(let failure) = ending(of: result), failure.code == Self.takenCode {
            fault = ConnectorFault(
                .duplicate, code: failure.code, message: failure.text,
                fix: "merge the two records in the system that owns them, or change the link")
        }
        guard let fault else { return nil }
        return DeadLetters.Letter(
            id: ids.next(now), source: .work, message: claim.work.version.command,
            generation: claim.work.version.generation, connection: connection, entity: claim.place.entity,
            record: claim.place.record, native: claim.native ?? result.link, failureClass: fault.failureClass,
            code: fault.code, failure: fault.message, fix: fault.fix, attempts: claim.work.attempts + 1, failedAt: now,
            correlation: claim.command.context.correlation, payload: claim.work.body)
    }

    private func ending(of result: EgressResult) -> WorkResult.Ending {
        if let native = result.link, isTaken(native, result) {
            // An embedded record whose place went to another one looks for a place of its own; an object that was made
            // or found and is another record's needs a person.
            if result.replaces != nil { return .retry(after: Self.pause, Self.inUse(native)) }
            guard result.intent != nil else { return .putOff(.zero) }
            return .dead(.init(.duplicate, code: Self.takenCode, text: Self.takenText(native)))
        }
        switch result.ending {
        case .goesOn: return .putOff(.zero)
        case .retry(let delay, let fault):
            return .retry(after: delay, .init(fault), counts: result.isOwnFailure)
        case .dead(let fault): return .dead(.init(fault))
        case .waits(let parents, let cause):
            let isOver = parents.contains { findings.linkedParents.contains($0) }
            return isOver ? .putOff(.zero) : .waiting(.init(nil, code: "waits", text: cause))
        case .done:
            let isOver = result.deferred.contains { findings.linkedParents.contains($0) }
            return isOver ? .putOff(.zero) : .done
        }
    }

    /// Whether the system shows the desired state, rather than that nothing can be done for it.
    private func isShown(_ result: EgressResult) -> Bool {
        guard case .done(note: nil) = result.ending, case .done = ending(of: result) else { return false }
        return true
    }

    /// Whether an object that was made or found stands for another record; never the one that the record was claimed with,
    /// which another one of the same batch may have wanted in vain.
    private func isTaken(_ native: NativeReference, _ result: EgressResult) -> Bool {
        native != result.claim.native
            && findings.taken.contains(
                LinkKey(connection: connection, native: native, entity: result.claim.place.entity))
    }

    /// How long a record waits for an object that cannot be handed over yet.
    private static let pause = Duration.milliseconds(500)

    private static func inUse(_ native: NativeReference) -> WorkResult.Failure {
        WorkResult.Failure(
            .transient, code: "object_in_use",
            text: "\(native) is handed over once nothing is written there any more for the record that it stood for")
    }

    private static let takenCode = "object_taken"
    private static func takenText(_ native: NativeReference) -> String {
        "the object \(native) stands for another record already"
    }
}

extension EgressResult {
    /// The parents that the work, or fields of it, wait for.
    fileprivate var parents: [Place] {
        if case .waits(let parents, _) = ending { parents } else { deferred }
    }
}

extension WorkResult.Failure {
    fileprivate init(_ fault: ConnectorFault) {
        self.init(fault.failureClass, code: fault.code, text: fault.message)
    }
}
