import SyncStore

/// How many letters of a replay are opened in a step: pure.
///
/// Besides the width of its ramp, a replay has no more under way than would end in about two steps, so that it goes as fast
/// as the slowest system takes it, and live work never stands behind a long row of it.
enum ReplayPace {
    /// What may be under way however slowly it ends, as far as the ramp lets it.
    static let least = 20

    /// How many more may be opened.
    ///
    /// - Parameter ended: how many have ended since the last step.
    static func room(of row: Replays.Row, ended: Int) -> Int {
        max(min(row.room, max(least, 2 * ended) - row.underWay), 0)
    }
}
