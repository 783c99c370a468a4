import SyncCore
public import SyncStore

extension LateObjects.Outcome {
    /// What becomes of an object that could not be neutralised.
    ///
    /// - Parameters:
    ///   - attempts: how many have failed before.
    ///   - spread: 0 to 1, at random.
    public init(after fault: ConnectorFault, attempts: Int, spread: Double) {
        // What is gone does no harm.
        guard fault.failureClass != .notFound else {
            self = .neutralised
            return
        }
        let failure: FailureClass = fault.failureClass == .unknownOutcome ? .transient : fault.failureClass
        let wait = RetrySchedule.standard.delay(
            attempt: attempts + 1, after: failure, serverDelay: fault.retryAfter ?? .zero, spread: spread)
        self = wait.map { .retry(after: $0, failure: fault.message) } ?? .givenUp(failure: fault.message)
    }
}
