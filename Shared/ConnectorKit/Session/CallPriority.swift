public import CanonicalModel

/// How urgent the calls of a task are: what is less urgent leaves calls in the account's budget for what is more so.
public enum CallPriority {
    /// The priority of the running task's calls; child tasks have it, too.
    @TaskLocal public static var current: SyncCommand.Priority = .normal
}

extension SyncCommand.Priority {
    /// The share of an account's calls that others find untouched by calls of this priority.
    public var reserve: Double {
        switch self {
        case .urgent: 0
        case .normal: 0.1
        case .background: 0.5
        }
    }
}
