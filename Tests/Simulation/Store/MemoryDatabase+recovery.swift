public import CanonicalModel
import SyncCore
import SyncStore

/// What follows when the tables were restored from a backup (decision 0023).
extension MemoryDatabase {
    /// How a recovery stands.
    struct RecoveryRow {
        var restoredTo: Instant
        var begunAt: Instant
        var releasedAt: Instant?
        var rewound: Set<StreamKey> = []
        var passed: Set<StreamKey> = []
    }

    /// Holds all writing, until it is released.
    public func beginRecovery(restoredTo moment: Instant) {
        recovery = RecoveryRow(restoredTo: moment, begunAt: now)
    }

    /// Lets writing go on.
    public func releaseRecovery() { recovery?.releasedAt = now }

    /// Whether nothing may be written to any system.
    var isHeld: Bool { recovery.map { $0.releasedAt == nil } ?? false }

    func stream(_ stream: StreamKey) -> StreamRecovery? {
        guard let recovery, isHeld, !recovery.passed.contains(stream) else { return nil }
        guard !recovery.rewound.contains(stream) else { return .asking }
        return .rewind(to: recovery.restoredTo.advanced(by: .seconds(-600)))
    }

    func note(_ step: StreamRecovery.Step, of stream: StreamKey) {
        guard isHeld else { return }
        switch step {
        case .rewound: recovery?.rewound.insert(stream)
        case .passed: recovery?.passed.insert(stream)
        }
    }

    /// When the recovery began because of which the create of a place is looked for before it is sent.
    func searched(_ place: Place) -> Instant? {
        guard let recovery, places[place]?.state != .active else { return nil }
        if let releasedAt = recovery.releasedAt, releasedAt.advanced(bySeconds: LostTime.search) <= now { return nil }
        let isOver = (intents[place] ?? []).contains { row in
            row.intent.nativeID == nil && row.intent.sentAt >= recovery.begunAt && !row.intent.isUnsettled
        }
        return isOver ? nil : recovery.begunAt
    }

    /// Whether a command of a stranger was made in the time that the tables have lost.
    func isLost(_ command: SyncCommand) -> Bool {
        guard let recovery, command.verb == .upsert else { return false }
        return LostTime.hasMade(command.id, before: recovery.begunAt)
    }
}
