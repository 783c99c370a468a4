import CanonicalModel
import SyncCore
import SyncStore
import Testing

@testable import ConnectorKit

@Suite("What the outcome of a write means") struct OutcomeStepTests {
    private typealias Sample = EgressSample

    /// Five attempts, each waiting as many seconds as have failed, of what time may help.
    private let step = OutcomeStep(
        descriptor: EgressSample.descriptor, connection: EgressSample.connection, now: EgressSample.now
    ) { failure, attempt in
        switch failure {
        case .validation, .duplicate, .undecodable: nil
        case .authentication: .seconds(30)
        default: attempt < 5 ? .seconds(attempt) : nil
        }
    }

    private func result(
        _ outcome: WriteOutcome, of prepared: PreparedWrite = EgressSample.prepared(),
        _ claim: WorkClaim = EgressSample.claim()
    ) -> EgressResult {
        step.result(
            of: outcome, write: prepared, intent: Sample.intent, claim: claim,
            deferred: [Sample.place(Sample.site, .site)])
    }

    private func wait(_ result: EgressResult) -> Duration? {
        if case .retry(let wait, _) = result.ending { wait } else { nil }
    }

    private func isDead(_ result: EgressResult) -> Bool {
        if case .dead = result.ending { true } else { false }
    }

    // MARK: Done

    @Test("What was written is the object's shadow, with what the vendor shows of it, and the record is linked")
    func done() {
        let prepared = Sample.prepared(["title": .set(.text("Roof")), "number": .set(.text("1"))], covers: ["title"])
        let receipt = WriteReceipt(
            native: Sample.native, shown: ["instructions": .set(.text("shown"))], versionToken: "4")
        let result = result(.done(receipt), of: prepared)
        #expect(result.ending.goesOn)
        #expect(result.intent == .init(id: Sample.intent, state: .done))
        #expect(result.link == Sample.native)
        #expect(
            result.shadow?.fields == ["title": .set(.text("Roof")), "instructions": .set(.text("shown"))])
        #expect(result.shadow?.versionToken == "4" && result.shadow?.readAt == Sample.now)
        #expect(result.shadow?.externalID == Sample.record)
        #expect(result.deferred == [Sample.place(Sample.site, .site)])
        #expect(result.notes.map(\.kind) == [.written])
        #expect(!result.mayBeOnItsWay)
    }

    @Test("An update keeps the rest of the shadow, its version where none is told, and whose object it is")
    func updated() {
        var claim = Sample.claim(native: Sample.native, shadow: ["number": .set(.text("9"))])
        claim.shadow?.externalID = nil
        let result = result(
            .done(WriteReceipt(native: Sample.native)), of: Sample.prepared(native: Sample.native), claim)
        #expect(result.shadow?.fields == ["number": .set(.text("9")), "title": .set(.text("Roof"))])
        #expect(result.shadow?.versionToken == "3")
        #expect(result.shadow?.externalID == nil)
        let marked = self.result(
            .done(WriteReceipt(native: Sample.native)),
            of: Sample.prepared([:], native: Sample.native, needsExternalID: true), claim)
        #expect(marked.shadow?.externalID == Sample.record)
    }

    @Test("A value that the vendor turns into another one is written once more, then held and named")
    func rewritten() {
        let receipt = WriteReceipt(native: Sample.native, shown: ["title": .set(.text("ROOF"))])
        let prepared = Sample.prepared(native: Sample.native)
        let once = result(.done(receipt), of: prepared, Sample.claim(native: Sample.native, shadow: [:]))
        #expect(once.held.isEmpty && once.letter == nil)
        #expect(once.shadow?.fields["title"] == .set(.text("ROOF")))
        let again = Sample.claim(native: Sample.native, shadow: ["title": .set(.text("ROOF"))])
        let twice = result(.done(receipt), of: prepared, again)
        #expect(twice.held == ["title"] && twice.letter?.code == "rewritten")
    }

    @Test("What a look-up finds counts as what was written until a read has shown what is there")
    func found() {
        let result = step.found(
            Sample.native, write: Sample.prepared(), intent: Sample.intent, claim: Sample.claim(unsettled: true))
        #expect(result.intent?.state == .done && result.link == Sample.native)
        #expect(result.shadow?.fields == ["title": .set(.text("Roof"))])
        #expect(result.mustRead)
        #expect(result.shadow?.isAssumed == true)
        let next = Sample.claim(
            native: Sample.native, shadow: ["title": .set(.text("Roof"))], isAssumed: true)
        let written = self.result(.done(WriteReceipt(native: Sample.native)), of: Sample.prepared(), next)
        #expect(written.shadow?.isAssumed == true, "a write shows what it has written, and nothing of the rest")
    }

    // MARK: Unknown

    @Test("An unknown outcome is looked into by the schedule, keeps its lane and counts against the connection")
    func unknown() {
        for attempts in 0..<4 {
            let result = result(.unknown(Sample.fault(.unknownOutcome)), Sample.claim(attempts: attempts))
            #expect(wait(result) == .seconds(attempts + 1))
            #expect(result.intent?.state == .unknown && result.mayBeOnItsWay)
            #expect(result.connectionFault?.code == "code")
            #expect(result.notes.map(\.kind) == [.failed])
        }
    }

    @Test("An unknown outcome that nothing could be learnt of is given up at last, and stays unknown")
    func unknownForGood() {
        let result = result(.unknown(Sample.fault(.unknownOutcome)), Sample.claim(attempts: 4))
        #expect(isDead(result))
        #expect(result.intent?.state == .unknown && result.mayBeOnItsWay)
    }

    @Test("A failure of which nobody knows whether it was one is an unknown outcome")
    func failedUnknown() {
        #expect(result(.failed(Sample.fault(.unknownOutcome))).intent?.state == .unknown)
    }

    @Test("A look-up that finds nothing late enough leaves the way free, under the same key (R24.14)")
    func absent() {
        let result = step.absent(intent: Sample.intent, claim: Sample.claim(unsettled: true))
        #expect(result.ending.goesOn && result.intent?.state == .absent && !result.mayBeOnItsWay)
    }

    @Test("A look-up that cannot tell leaves the outcome unknown, and is repeated by the schedule")
    func stillUnknown() {
        let claim = Sample.claim(attempts: 2, unsettled: true)
        let early = step.stillUnknown(Sample.fault(.unknownOutcome), claim: claim)
        #expect(wait(early) == .seconds(3) && early.mayBeOnItsWay)
        #expect(early.intent?.state == .unknown && early.connectionFault == nil)
        #expect(early.intent?.unseenFor == step.descriptor.indexLag, "a dead process has left it open")
        let unwell = step.stillUnknown(Sample.fault(.transient), claim: claim)
        #expect(wait(unwell) == .seconds(3) && unwell.connectionFault != nil && unwell.mayBeOnItsWay)
        let refused = step.stillUnknown(Sample.fault(.validation), claim: claim)
        #expect(isDead(refused) && refused.mayBeOnItsWay)
    }

    // MARK: Failed

    @Test(
        "A create that was turned away for a passing reason is tried again under the same key (R13.3, R24.14)",
        arguments: [FailureClass.transient, .rateLimited, .authentication])
    func passing(_ failure: FailureClass) {
        let result = result(.failed(Sample.fault(failure)))
        #expect(result.intent?.state == .notMade)
        #expect(wait(result) != nil)
        #expect(!result.mayBeOnItsWay)
        #expect(result.notes.map(\.kind) == [.failed])
    }

    @Test(
        "What the vendor refuses for good is a dead letter, and a next create has the next key",
        arguments: [FailureClass.validation, .duplicate, .undecodable])
    func forGood(_ failure: FailureClass) {
        let result = result(.failed(Sample.fault(failure)))
        #expect(isDead(result) && result.intent?.state == .refused)
        #expect(result.connectionFault == nil)
    }

    @Test(
        "A repeated request that is turned away for a passing reason says nothing of the first one (R24.14)",
        arguments: [FailureClass.transient, .rateLimited, .authentication])
    func repeated(_ failure: FailureClass) {
        let result = result(.failed(Sample.fault(failure)), Sample.claim(unsettled: true))
        #expect(result.intent?.state == .unknown && result.mayBeOnItsWay)
        #expect(wait(result) != nil)
        let refused = self.result(.failed(Sample.fault(.validation)), Sample.claim(unsettled: true))
        #expect(refused.intent?.state == .refused)
    }

    @Test("Waits follow the schedule, and end with it", arguments: [FailureClass.transient, .rateLimited, .stale])
    func schedule(_ failure: FailureClass) {
        #expect(wait(result(.failed(Sample.fault(failure)), Sample.claim(attempts: 1))) == .seconds(2))
        #expect(isDead(result(.failed(Sample.fault(failure)), Sample.claim(attempts: 4))))
    }

    @Test("A wait that the vendor asks for is kept, and never shortens our own")
    func retryAfter() {
        let claim = Sample.claim(attempts: 2)
        let longer = result(.failed(Sample.fault(.rateLimited, retryAfter: .seconds(60))), claim)
        #expect(wait(longer) == .seconds(60))
        let shorter = result(.failed(Sample.fault(.rateLimited, retryAfter: .seconds(1))), claim)
        #expect(wait(shorter) == .seconds(3))
    }

    @Test("Refused credentials are the connection's fault: the work waits, however often, and is never given up")
    func authentication() {
        let result = result(.failed(Sample.fault(.authentication)), Sample.claim(attempts: 1000))
        #expect(wait(result) == .seconds(30))
        #expect(result.connectionFault != nil)
    }

    @Test("A vendor that is unwell counts against the connection; one that asks us to slow down does not")
    func connectionFault() {
        #expect(result(.failed(Sample.fault(.transient))).connectionFault != nil)
        #expect(result(.failed(Sample.fault(.rateLimited))).connectionFault == nil)
    }

    @Test("What a probe meets is the connection's fault: it is tried again however often, and not counted (R25.12)")
    func probe() {
        var claim = Sample.claim(attempts: 50)
        #expect(isDead(result(.failed(Sample.fault(.transient)), claim)))
        claim.work.isProbe = true
        for failure in [FailureClass.transient, .unknownOutcome] {
            let result = result(.failed(Sample.fault(failure)), claim)
            #expect(wait(result) == .seconds(1) && !result.isOwnFailure)
        }
        let refused = result(.failed(Sample.fault(.validation)), claim)
        #expect(isDead(refused) && refused.isOwnFailure)
    }

    @Test("What an outcome shows of the connection: an answer, a failure, or nothing")
    func signals() {
        func name(_ signal: CircuitSignal) -> String {
            switch signal {
            case .answered: "answered"
            case .failed(let fault): fault.failureClass.rawValue
            case .silent: "silent"
            }
        }
        let signals = FailureClass.allCases.map { name(result(.failed(Sample.fault($0))).signal) }
        #expect(
            signals == [
                "transient", "silent", "authentication", "answered", "answered", "answered", "answered", "answered",
                "unknown_outcome",
            ])
        #expect(name(EgressResult(Sample.claim(), .done(note: nil)).signal) == "silent")
        let mixed = [CircuitSignal.silent, .failed(Sample.fault(.transient)), .answered]
        #expect(name(CircuitSignal(mixed)) == "answered")
        #expect(name(CircuitSignal(mixed.dropLast())) == "transient")
        #expect(name(CircuitSignal([])) == "silent")
    }

    @Test("A stale or missing object is read again before the next attempt; nothing else is")
    func stale() {
        #expect(result(.failed(Sample.fault(.stale))).mustRead)
        #expect(result(.failed(Sample.fault(.notFound))).mustRead)
        #expect(!result(.failed(Sample.fault(.transient))).mustRead)
    }

    @Test("Fields that are refused by name are held and told in a letter, and the others go at once (R2.13)")
    func named() {
        let prepared = Sample.prepared(["title": .set(.text("Roof")), "number": .set(.text("x"))])
        let result = result(.failed(Sample.fault(.validation, fields: ["number", "elsewhere"])), of: prepared)
        #expect(result.ending.goesOn && result.held == ["number"] && result.letter?.code == "code")
        #expect(result.intent?.state == .refused)
    }

    @Test("Where every field is refused, or one that was not sent, the work is given up as a whole")
    func allNamed() {
        let all = result(.failed(Sample.fault(.validation, fields: ["title"])))
        #expect(isDead(all) && all.held.isEmpty)
        let other = result(.failed(Sample.fault(.validation, fields: ["elsewhere"])))
        #expect(isDead(other) && other.held.isEmpty)
    }
}
