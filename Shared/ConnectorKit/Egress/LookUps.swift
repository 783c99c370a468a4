internal import CanonicalModel
internal import SyncCore
internal import SyncStore

/// Settles attempts to create by looking for what they have made: those whose outcome is not known, and those that may have
/// been made in a time that the database has lost.
///
/// What a claim has of them is asked for together, and nothing is sent before all of it was looked for.
struct LookUps {
    let connector: any Connector
    let session: any VendorSession
    let store: any AdapterStore
    /// Judges by the time before the look-ups.
    let step: OutcomeStep
    /// How long after a send a look-up that finds nothing means nothing.
    let absentAfter: Duration

    /// An attempt that is looked for.
    struct Question {
        var prepared: PreparedWrite
        var intent: Intent
        var claim: WorkClaim
        var deferred: [Place] = []
        /// The begin of the recovery because of which it is looked for; nil for an attempt whose outcome is not known.
        var searchedSince: Instant?
    }

    /// Settles attempts whose outcome is not known, before anything newer is sent.
    func settle(_ claims: [WorkClaim], _ calls: HaltingSession) async -> [EgressResult] {
        var results: [EgressResult] = []
        var questions: [Question] = []
        for claim in claims {
            guard let intent = claim.unsettled else { continue }
            guard intent.native == nil else {
                results.append(step.update(intent, claim: claim))
                continue
            }
            do {
                questions.append(
                    Question(prepared: try IntentCoding.decode(intent), intent: intent, claim: claim))
            } catch {
                results.append(
                    EgressResult(
                        claim,
                        .dead(
                            ConnectorFault(
                                .undecodable, code: "intent", message: "the stored request cannot be read: \(error)",
                                fix: "look in the vendor whether it was carried out, then replay"))))
            }
        }
        return results + (await settle(questions, calls))
    }

    /// Looks for attempts, and says what that means for each.
    func settle(_ questions: [Question], _ calls: HaltingSession) async -> [EgressResult] {
        guard !questions.isEmpty else { return [] }
        let answers = await connector.lookUp(questions.map(\.prepared), session: calls)
        var results: [EgressResult] = []
        for (question, answer) in zip(questions, answers) {
            switch answer {
            case .success(let found): results.append(await result(of: found, question, calls))
            case .failure(let fault): results.append(unknown(session.redacted(fault), question))
            }
        }
        return results
    }

    private func result(
        of found: LookUpResult, _ question: Question, _ calls: HaltingSession
    ) async -> EgressResult {
        switch found {
        case .found(let native):
            step.found(native, write: question.prepared, intent: question.intent.id, claim: question.claim)
        case .absent where mayBeAbsent(question): step.absent(intent: question.intent.id, claim: question.claim)
        case .absent: unknown(Self.notYetAbsent, question)
        case .repeatRequest: await repeated(question, calls)
        }
    }

    /// Whether a look-up that has found nothing means that nothing was made.
    private func mayBeAbsent(_ question: Question) -> Bool {
        guard let begun = question.searchedSince else { return question.intent.mayBeAbsent }
        return LostTime.isOver(begun: begun, absentAfter: absentAfter, now: step.now)
    }

    private func unknown(_ fault: ConnectorFault, _ question: Question) -> EgressResult {
        var claim = question.claim
        // Of an attempt that is looked for first the intent is new, and stays.
        claim.unsettled = question.intent
        return step.stillUnknown(fault, claim: claim)
    }

    /// Sends a request once more, byte for byte, to a vendor that knows its key.
    private func repeated(_ question: Question, _ calls: HaltingSession) async -> EgressResult {
        let claim = question.claim
        if question.searchedSince == nil {
            do {
                try await store.resend(question.intent, lane: claim.work.lane, absentAfter: absentAfter)
            } catch {
                // The store is not there: the intent stays as it is, and the lane runs out.
                return EgressResult(claim, .retry(after: .seconds(5), fault: Self.notNoted))
            }
        }
        guard let outcome = await connector.send([question.prepared], session: calls).first else {
            return EgressResult(claim, .goesOn)
        }
        return step.result(
            of: outcome.redacted(by: session), write: question.prepared, intent: question.intent.id, claim: claim,
            deferred: question.deferred)
    }

    private static let notNoted = ConnectorFault(
        .transient, code: "not_noted", message: "that a request is sent once more could not be written down",
        fix: "nothing to do: it is tried again")

    private static let notYetAbsent = ConnectorFault(
        .unknownOutcome, code: "not_yet_absent",
        message: "the vendor shows nothing of an unanswered request, but it may still come",
        fix: "nothing to do: it is looked up again when the vendor's time for it is over")
}
