internal import Postgres

/// What kinds of things can be wrong.
public enum AlertKind: String, Sendable, CaseIterable, TextColumn {
    /// Changes are late: the oldest that is on its way is older than the flow's objective.
    case freshness
    /// Changes were found by looking that no webhook has told of.
    case webhookSilence = "webhook_silence"
    /// A loop that must run again and again does not come to its end: a poll, a sweep, the workers of a connection.
    case stalledLoop = "stalled_loop"
    /// Things are due and nobody does them, though nothing known stands in the way.
    case backlog
    /// Dead letters of one cause wait for a person.
    case deadLetters = "dead_letters"
    /// A system refuses our credentials, or they have run out.
    case token
    /// An account's calls are used up.
    case budget
    /// A system does not answer.
    case circuit
    /// A process has died or hangs, or nobody serves a connection.
    case replica
    /// The audit log is not sealed or not anchored.
    case seal
    /// Probes do not arrive.
    case canary
    /// Freshness is not measured, so that nobody knows.
    case measuring
    /// Alerts cannot be sent to their receiver.
    case telling
    /// The database was restored from a backup: all that is to be written waits, or nobody has said that all is well.
    case recovery
}

/// How bad it is.
public enum AlertSeverity: String, Sendable, CaseIterable, Comparable, TextColumn {
    /// Somebody should look today.
    case warning
    /// Somebody should look now.
    case critical

    /// Orders by gravity.
    public static func < (left: AlertSeverity, right: AlertSeverity) -> Bool {
        left == .warning && right == .critical
    }
}
