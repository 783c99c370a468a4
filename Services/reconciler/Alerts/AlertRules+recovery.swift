import SyncCore
import SyncStore

/// The rule about restored databases.
extension AlertRules {
    /// A recovery that is open: all that is to be written waits, or nobody has closed it.
    var recovery: [AlertCondition] {
        guard let recovery = measures.recovery else { return [] }
        let restored = "the database was restored to \(recovery.restoredTo)"
        guard recovery.isHeld else {
            return [
                condition(
                    .recovery, "recovery", since: recovery.begunAt,
                    cause: "\(restored); everything was read again, and writing goes on",
                    advice: "close it: plumbline recover finish")
            ]
        }
        return [
            condition(
                .recovery, "recovery",
                severity: measures.age(recovery.begunAt) > settings.grave ? .critical : .warning,
                since: recovery.begunAt,
                cause: "\(restored): nothing is written to any system before everything was read again "
                    + "(\(recovery.phase.rawValue))",
                advice: "see what is left: plumbline recover show; it goes on by itself once that is done")
        ]
    }
}
