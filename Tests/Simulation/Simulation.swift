import CanonicalModel
public import SyncPolicy

/// Plays schedules and judges them.
public struct Simulation: Sendable {
    private let policy: SourceOfTruth
    private let omitted: Set<Omission>

    /// Takes the policy by which the router decides.
    ///
    /// - Parameter omitted: safeguards that the store goes without, to show that this is noticed.
    public init(policy: SourceOfTruth, omitting omitted: Set<Omission> = []) {
        self.policy = policy
        self.omitted = omitted
    }

    /// Plays a schedule to its end, on the thread of the caller.
    public func play(_ schedule: Schedule) -> Play {
        let world = World(schedule, policy: policy, omitting: omitted)
        world.play()
        return Play(world)
    }
}
