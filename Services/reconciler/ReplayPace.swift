import SyncStore

/// How many letters of a replay are opened in a step: pure.
///
/// Besides the width of its ramp, a replay has no more under way than would end in about two steps, so that it goes as fast
/// as the slowest system takes it, and live work never stands behind a long row of it.
enum ReplayPace {
    /// What may be under way however slowly it ends, as far as the ramp lets it.
    static let least = 20

    /// How many messages a step publishes at most: live ones go through the same queues, behind them.
    static let mostMessages = 100

    /// How many of the next letters a step opens, by where they come from.
    static func length(of sources: [DeadLetters.Letter.Source]) -> Int {
        var messages = 0
        for (place, source) in sources.enumerated() where source == .event || source == .broker {
            messages += 1
            if messages > mostMessages { return place }
        }
        return sources.count
    }

    /// How many more may be opened.
    ///
    /// - Parameter ended: how many have ended since the last step.
    static func room(of row: Replays.Row, ended: Int) -> Int {
        max(min(row.room, max(least, 2 * ended) - row.underWay), 0)
    }
}
