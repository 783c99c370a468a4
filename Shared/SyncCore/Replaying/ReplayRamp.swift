/// How many letters of a replay may be under way at once: 1, 2, 5, 20 … Pure.
///
/// The width grows once as many have ended well, one after another, as may be under way; a failure begins that count
/// anew. So a cause that is not mended costs one attempt, not thousands.
public struct ReplayRamp: Sendable, Hashable {
    /// How many may be under way at once.
    public private(set) var width: Int
    /// How many have ended well since the width grew or something failed.
    public private(set) var streak: Int

    /// The widths in their order.
    public static let widths = [1, 2, 5, 20, 50, 100, 200, 500]

    /// A ramp at its beginning, or as it was left.
    public init(width: Int = 1, streak: Int = 0) {
        self.width = width
        self.streak = streak
    }

    /// Takes in how letters ended.
    public mutating func note(succeeded: Int, failed: Int) {
        guard failed == 0 else {
            streak = 0
            return
        }
        streak += succeeded
        // One step at a time: what ended now was begun at the present width.
        guard streak >= width, let next = Self.widths.first(where: { $0 > width }) else { return }
        width = next
        streak = 0
    }
}
