internal import CanonicalModel
internal import SyncCore
internal import SyncStore

/// What the outcome of a write means for the work: pure.
struct OutcomeStep {
    let descriptor: ConnectorDescriptor
    let connection: ConnectionID
    let now: Instant
    /// The wait before the next attempt, by class and number of failures; nil when they are used up.
    let delay: (FailureClass, Int) -> Duration?

    func result(
        of outcome: WriteOutcome, write prepared: PreparedWrite, intent: CanonicalID, claim: WorkClaim,
        deferred: [Place] = []
    ) -> EgressResult {
        var result: EgressResult
        switch outcome {
        case .done(let receipt): result = done(receipt, prepared, intent: intent, claim: claim)
        case .unknown(let fault): result = unknown(fault, intent: intent, claim: claim)
        case .failed(let fault) where fault.failureClass == .unknownOutcome:
            result = unknown(fault, intent: intent, claim: claim)
        case .failed(let fault): result = failed(fault, prepared, intent: intent, claim: claim)
        }
        result.deferred = deferred
        return result
    }

    /// A look-up has found what an attempt with unknown outcome made.
    ///
    /// It tells that the object is there, not what it shows: an earlier attempt, believed absent, may have made it after all,
    /// with the values of its time. So the object is read.
    func found(_ native: NativeReference, write: PreparedWrite, intent: CanonicalID, claim: WorkClaim) -> EgressResult {
        var result = done(WriteReceipt(native: native), write, intent: intent, claim: claim)
        result.shadow?.readAt = Shadow.assumed
        result.mustRead = true
        return result
    }

    /// A look-up has found nothing, late enough: the attempt was never carried out, and nobody has refused it.
    func absent(intent: CanonicalID, claim: WorkClaim) -> EgressResult {
        var result = EgressResult(claim, .goesOn)
        result.intent = Intents.Outcome(id: intent, state: .absent, fault: "a look-up found nothing")
        return result
    }

    /// What became of an update is told by a read that began after it: a person may have changed the object since, and a
    /// repeat would overwrite that unseen.
    ///
    /// The intent stays unknown until the read is done; then its work is planned anew, from what the object shows.
    func update(_ intent: Intent, claim: WorkClaim) -> EgressResult {
        if intent.state == .unknown, !intent.isToBeRead || claim.native != intent.native {
            var result = EgressResult(claim, .goesOn)
            result.intent = Intents.Outcome(id: intent.id, state: .absent, fault: "the object was read since")
            return result
        }
        var result = EgressResult(claim, .retry(after: Self.pauseForRead, fault: Self.awaitsRead))
        result.awaitsRead = true
        if intent.state == .open {
            result.intent = Intents.Outcome(id: intent.id, state: .unknown, fault: intent.fault)
            result.mustRead = true
        }
        return result
    }

    /// The read makes the work due; this is for one that never comes to that, such as of an object that is gone.
    private static let pauseForRead = Duration.seconds(15)
    private static let awaitsRead = ConnectorFault(
        .unknownOutcome, code: "awaits_read",
        message: "nobody knows what became of a change; the object is read before anything else is sent there",
        fix: "nothing to do: it goes on once the object was read")

    /// A look-up could not tell, or found nothing too early: the outcome is as unknown as before.
    ///
    /// Of an intent that a dead process has left open nobody knows when it sent; but the lane that we hold now was free only
    /// after the last moment at which that could be carried out. So it shows after the index's lag from now.
    func stillUnknown(_ fault: ConnectorFault, claim: WorkClaim) -> EgressResult {
        var result = EgressResult(claim, .dead(fault))
        if let intent = claim.unsettled, intent.state == .open, intent.native == nil {
            result.intent = Intents.Outcome(
                id: intent.id, state: .unknown, fault: fault.message, unseenFor: descriptor.indexLag)
        }
        tryAgain(&result, after: fault)
        return result
    }

    private func done(
        _ receipt: WriteReceipt, _ prepared: PreparedWrite, intent: CanonicalID, claim: WorkClaim
    ) -> EgressResult {
        let write = prepared.write
        var shadow = claim.native == nil ? Shadow(readAt: now) : claim.shadow ?? Shadow(readAt: now)
        for field in prepared.covers { shadow.fields[field] = write.changes[field] }
        shadow.fields.merge(receipt.shown) { _, shown in shown }
        if write.needsExternalID || write.native == nil { shadow.externalID = write.record }
        shadow.versionToken = receipt.versionToken ?? shadow.versionToken
        // A write shows what it has written, and nothing of the rest.
        if !shadow.isAssumed { shadow.readAt = now }
        shadow.modification = nil
        var result = EgressResult(claim, .goesOn)
        result.intent = Intents.Outcome(id: intent, state: .done)
        result.link = receipt.native
        result.shadow = shadow
        let rewritten = rewritten(receipt, prepared, claim: claim)
        if !rewritten.isEmpty {
            result.held = rewritten
            result.letter = Self.rewrittenFault(rewritten)
        }
        result.notes = [
            note(
                .written, claim,
                [
                    "native": .string(receipt.native.description),
                    "fields": .array(prepared.covers.sorted().map { .string($0.name) }),
                    "version": .int(claim.command.version),
                ])
        ]
        return result
    }

    /// The fields that the vendor has turned into something else for the second time; a third write would do it again.
    private func rewritten(_ receipt: WriteReceipt, _ prepared: PreparedWrite, claim: WorkClaim) -> Set<FieldName> {
        prepared.covers.filter { field in
            guard let shown = receipt.shown[field], shown != prepared.write.changes[field] else { return false }
            return claim.shadow?.fields[field] == shown
        }
    }

    private static func rewrittenFault(_ fields: Set<FieldName>) -> ConnectorFault {
        let names = fields.sorted().map(\.name).joined(separator: ", ")
        return ConnectorFault(
            .validation, code: "rewritten", message: "the vendor keeps turning our value of \(names) into another one",
            fix: "enter the value in the form that the vendor keeps, or map it in the connection's overlay",
            fields: fields.sorted())
    }

    private func unknown(_ fault: ConnectorFault, intent: CanonicalID, claim: WorkClaim) -> EgressResult {
        var result = EgressResult(claim, .dead(fault))
        result.intent = Intents.Outcome(id: intent, state: .unknown, fault: fault.message)
        result.connectionFault = fault
        // An update is not looked up: a read tells.
        result.mustRead = claim.native != nil
        result.notes = [note(.failed, claim, ["outcome": "unknown", "code": .string(fault.code)])]
        tryAgain(&result, after: fault)
        return result
    }

    private func failed(
        _ fault: ConnectorFault, _ prepared: PreparedWrite, intent: CanonicalID, claim: WorkClaim
    ) -> EgressResult {
        var result = EgressResult(claim, .dead(fault))
        result.intent = Intents.Outcome(id: intent, state: state(after: fault, claim), fault: fault.message)
        result.notes = [
            note(
                .failed, claim,
                [
                    "class": .string(fault.failureClass.rawValue), "code": .string(fault.code),
                    "message": .string(fault.message),
                ])
        ]
        let refused = Set(fault.fields).intersection(prepared.write.changes.keys)
        if fault.failureClass == .validation, !refused.isEmpty, refused.count < prepared.write.changes.count {
            // The named fields are held; the others go.
            result.ending = .goesOn
            result.held = refused
            result.letter = fault
            return result
        }
        result.mustRead = fault.failureClass == .stale || fault.failureClass == .notFound
        tryAgain(&result, after: fault)
        return result
    }

    /// How an attempt stands that has failed.
    ///
    /// A repeated request that is turned away for a passing reason says nothing of the attempt before it.
    private func state(after fault: ConnectorFault, _ claim: WorkClaim) -> Intent.State {
        switch fault.failureClass {
        case .transient, .rateLimited, .authentication: claim.unsettled == nil ? .notMade : .unknown
        default: .refused
        }
    }

    /// Tries work again later where time may help; else it stays given up.
    private func tryAgain(_ result: inout EgressResult, after fault: ConnectorFault) {
        if fault.failureClass == .transient || fault.failureClass == .authentication { result.connectionFault = fault }
        // Work is not given up for what the connection does to a probe; the circuit spaces the attempts.
        let attempt = result.isOwnFailure ? result.claim.work.attempts + 1 : 1
        guard let wait = delay(fault.failureClass, attempt) else { return }
        result.ending = .retry(after: fault.retryAfter.map { max($0, wait) } ?? wait, fault: fault)
    }

    private func note(_ kind: AuditNote.Kind, _ claim: WorkClaim, _ body: JSONValue) -> AuditNote {
        AuditNote(
            kind, entity: claim.command.entity, record: claim.command.record, connection: connection,
            correlation: claim.command.context.correlation, message: claim.command.id, body: body.serialised())
    }
}
