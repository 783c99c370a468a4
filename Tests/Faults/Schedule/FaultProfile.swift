import ArgumentParser
import SystemSupport

/// How much is done to the system, and how much its users do meanwhile.
struct FaultProfile: Sendable {
    /// The profiles by the name that a user gives.
    enum Name: String, Sendable, CaseIterable, ExpressibleByArgument {
        /// Two minutes for each change of the code, also in a debug build.
        case short
        /// All kinds, as densely as two cores bear it; for long runs in parts of ten minutes.
        case long
        /// No fault at all: what the checker finds then is its own mistake, or the product's without any excuse.
        case calm
    }

    let name: Name
    let kinds: [FaultKind]
    /// How often each kind strikes at the least.
    let least: Int
    /// Faults of processes, network, storage and clocks in a minute.
    let hardPerMinute: Double
    /// Faults of vendors and webhooks in a minute.
    let softPerMinute: Double
    let actionsPerSecond: Double
    /// How many customers there are per minute of the run.
    let casesPerMinute: Int

    init(_ name: Name) {
        self.name = name
        switch name {
        case .short:
            kinds = FaultKind.all.filter { kind in
                switch kind.category {
                case .process, .network, .vendor, .webhook: true
                case .storage, .clock: false
                }
            }
            least = 1
            hardPerMinute = 18
            softPerMinute = 14
            actionsPerSecond = 4
            casesPerMinute = 30
        case .long:
            kinds = FaultKind.all
            least = 1
            hardPerMinute = 20
            softPerMinute = 20
            actionsPerSecond = 11
            casesPerMinute = 60
        case .calm:
            kinds = []
            least = 0
            hardPerMinute = 0
            softPerMinute = 0
            actionsPerSecond = 4
            casesPerMinute = 18
        }
    }

    /// The same with another choice of kinds, for looking closely at one of them.
    init(_ profile: FaultProfile, kinds: [FaultKind]) {
        name = profile.name
        self.kinds = kinds
        least = profile.least
        hardPerMinute = profile.hardPerMinute
        softPerMinute = profile.softPerMinute
        actionsPerSecond = profile.actionsPerSecond
        casesPerMinute = profile.casesPerMinute
    }

    /// How many processes of each service run: two where replicas share their work in ways that faults may upset.
    static let replicas: [SystemService: Int] = [.crmAdapter: 2, .fsmAdapter: 2, .router: 2]
}
