public import CanonicalModel

/// What may be left of the time that a restored database does not know.
public enum LostTime {
    /// For how long after a recovery a create is looked for before it is sent, in seconds: causes of the lost time may be
    /// heard of late.
    public static let search: Int64 = 86_400

    /// Whether a command that has no row was made before the recovery began: it counts versions that are given once more now,
    /// and all that it wants is read and sent again.
    public static func hasMade(_ command: CanonicalID, before begun: Instant) -> Bool {
        command.madeAt.map { $0 < begun } ?? false
    }

    /// Whether a look-up that finds nothing means that nothing was made: whoever could have sent a create had ended when the
    /// recovery began.
    ///
    /// - Parameter absentAfter: how long after a send a look-up that finds nothing means nothing.
    public static func isOver(begun: Instant, absentAfter: Duration, now: Instant) -> Bool {
        begun.advanced(by: absentAfter) <= now
    }
}
