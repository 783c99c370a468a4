import CanonicalModel
import SyncCore
import SyncStore

/// The rule about restored databases.
extension AlertRules {
    /// A database that was restored and does not recover; or a recovery that is open, so that all that is to be written waits,
    /// or that nobody has closed.
    var recovery: [AlertCondition] {
        if let lost = measures.lostAnchor, measures.recoveredAt.map({ $0 < lost.sealedAt }) ?? true {
            return [
                condition(
                    .recovery, "backup", severity: .critical, since: lost.sealedAt,
                    cause: "the audit log ends before position \(lost.position), which was sealed at \(lost.sealedAt): "
                        + "the database was restored from a backup, and goes on as if nothing was lost",
                    advice: "stop all services at once, then: plumbline recover begin --restored-to TIME --reason TEXT")
            ]
        }
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
