public import CanonicalModel

/// What a stream of changes has still to do in a recovery.
public enum StreamRecovery: Sendable, Hashable {
    /// Its cursor must be moved back, so that everything is asked for that has changed since a moment.
    case rewind(to: Instant)
    /// It is being asked, and has not come to its end since.
    case asking

    /// How far a stream has come.
    public enum Step: String, Sendable {
        /// Its cursor was moved back.
        case rewound
        /// It was asked to its end.
        case passed
    }
}
