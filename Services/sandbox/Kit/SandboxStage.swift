public import Logging

/// What the sandboxes of one process share: time, history, randomness.
public struct SandboxWorld: Sendable {
    /// The time of all.
    public let clock: SandboxClock
    /// The history of all.
    public let history: SandboxHistory
    /// The seed that each vendor's randomness starts from.
    public let seed: UInt64
    /// Where the sandboxes log.
    public let logger: Logger

    /// A world with a running clock and an empty history.
    public init(
        seed: UInt64 = 1, clock: SandboxClock = SandboxClock(),
        historyLimits: SandboxHistory.Limits = SandboxHistory.Limits(),
        logger: Logger = Logger(label: "sandbox")
    ) {
        self.clock = clock
        self.seed = seed
        self.logger = logger
        history = SandboxHistory(clock: clock, limits: historyLimits)
    }

    /// The stage of one vendor in this world.
    public func stage(vendor: String, settings: SandboxSettings.Values = SandboxSettings.Values()) -> SandboxStage {
        // Each vendor gets its own stream, so that one vendor's traffic does not change another's choices.
        let own = vendor.utf8.reduce(seed &* 0x100_0000_01B3) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return SandboxStage(
            vendor: vendor, clock: clock, history: history, faults: FaultPlan(seed: own),
            webhooks: WebhookDispatcher(clock: clock, seed: own, logger: logger), tokens: TokenStore(),
            settings: SandboxSettings(settings), random: SandboxRandom(seed: own), seed: own, logger: logger)
    }
}

/// What one vendor's sandbox works with.
public struct SandboxStage: Sendable {
    /// The vendor's name.
    public let vendor: String
    /// The time; nothing reads another.
    public let clock: SandboxClock
    /// The history, shared by all vendors.
    public let history: SandboxHistory
    /// The faults that are planned for this vendor.
    public let faults: FaultPlan
    /// Where webhooks go out.
    public let webhooks: WebhookDispatcher
    /// The tokens that this vendor has issued.
    public let tokens: TokenStore
    /// What can be changed while it runs.
    public let settings: SandboxSettings
    /// Randomness from the seed.
    public let random: SandboxRandom
    let seed: UInt64
    /// Where it logs.
    public let logger: Logger

    func reset() {
        faults.reset()
        webhooks.reset()
        tokens.removeAll()
        settings.reset()
        random.reseed(seed)
    }
}
