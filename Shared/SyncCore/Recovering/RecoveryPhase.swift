/// How far the recovery of a restored database is; nothing is written to any system before it is released (decision 0023).
public enum RecoveryPhase: String, Sendable, CaseIterable {
    /// Streams are asked anew from before the restored time, and linked objects are marked to be read.
    case asking
    /// What was marked is read.
    case reading
    /// The events of these reads are routed.
    case routing
    /// Objects of proposals that were made meanwhile are read once more: their side may have been read before the owner's.
    case confirming
    /// The events of these reads are routed.
    case deciding
    /// The commands that followed are taken in.
    case delivering
    /// Writing goes on.
    case released

    /// What a phase waits for.
    public enum Awaited: Sendable, Hashable {
        /// Connections whose streams were not asked to their end, or whose objects are not all marked.
        case connections
        /// Objects that were to be read when the phase began.
        case objects
        /// Messages that were made before the phase began.
        case messages
        /// Nothing.
        case nothing
    }

    /// What it waits for.
    public var awaited: Awaited {
        switch self {
        case .asking: .connections
        case .reading, .confirming: .objects
        case .routing, .deciding, .delivering: .messages
        case .released: .nothing
        }
    }

    /// The phase that follows; nil while something is left, and after the last one.
    ///
    /// - Parameter left: how much of what it waits for is left.
    public func next(left: Int) -> RecoveryPhase? {
        guard left == 0, let place = Self.allCases.firstIndex(of: self) else { return nil }
        return Self.allCases.dropFirst(place + 1).first
    }
}
