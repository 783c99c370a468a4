internal import SyncCore

/// What calls have shown of the connection itself, whatever became of the records.
public enum CircuitSignal: Sendable {
    /// The system has answered: it carried something out, or refused it for its content.
    case answered
    /// It has not, or it does not let us in.
    case failed(ConnectorFault)
    /// No call was made, or we were asked to wait.
    case silent

    /// What a call that ended with a fault has shown.
    public init(_ fault: ConnectorFault) {
        switch fault.failureClass {
        case .transient, .authentication, .undecodable, .unknownOutcome: self = .failed(fault)
        case .validation, .stale, .duplicate, .notFound: self = .answered
        case .rateLimited: self = .silent
        }
    }

    /// What several calls have shown together: an answer to one of them is an answer.
    public init(_ signals: some Sequence<CircuitSignal>) {
        self = .silent
        for signal in signals {
            switch (self, signal) {
            case (_, .answered): self = .answered
            case (.silent, .failed): self = signal
            default: break
            }
        }
    }
}
