public import CanonicalModel
public import SyncCore

/// What became of a piece of work.
public struct WorkResult: Sendable {
    /// Why something failed or waits.
    public struct Failure: Sendable, Hashable {
        /// The class.
        public var failureClass: FailureClass?
        /// The vendor's or our code.
        public var code: String
        /// In words.
        public var text: String

        /// Takes the parts.
        public init(_ failureClass: FailureClass?, code: String, text: String) {
            self.failureClass = failureClass
            self.code = code
            self.text = text
        }
    }

    /// What shall be done with the row.
    public enum Ending: Sendable {
        /// The system shows the desired state.
        case done
        /// It failed and is tried again after a time; a failure that is not its own does not count as an attempt.
        case retry(after: Duration, Failure, counts: Bool = true)
        /// It is taken up again after a time; no attempt was made.
        case putOff(Duration)
        /// It waits for a parent; a park tells for which.
        case waiting(Failure)
        /// Nothing more is tried; a dead letter tells why.
        case dead(Failure)
    }

    /// Which version it is about.
    public var version: ClaimedWork.Version
    /// What shall be done.
    public var ending: Ending
    /// The fields that the vendor has refused by name, all of them; nil where nothing new is known.
    public var held: Set<FieldName>?

    /// Takes the parts.
    public init(_ version: ClaimedWork.Version, _ ending: Ending, held: Set<FieldName>? = nil) {
        self.version = version
        self.ending = ending
        self.held = held
    }

    var state: String {
        switch ending {
        case .done: "done"
        case .retry, .putOff: "ready"
        case .waiting: "waiting"
        case .dead: "dead"
        }
    }

    var delay: Int64? {
        switch ending {
        case .retry(let delay, _, _), .putOff(let delay): delay.wholeMicroseconds
        case .done, .waiting, .dead: nil
        }
    }

    /// How the count of attempts changes; nil sets it to zero.
    var attempts: Int? {
        switch ending {
        case .retry(_, _, let counts): counts ? 1 : 0
        case .dead: 1
        case .putOff, .waiting: 0
        case .done: nil
        }
    }

    var failure: Failure? {
        switch ending {
        case .retry(_, let failure, _), .waiting(let failure), .dead(let failure): failure
        case .done, .putOff: nil
        }
    }

    var keepsFailure: Bool {
        if case .putOff = ending { true } else { false }
    }
}
