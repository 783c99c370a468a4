public import CanonicalModel

/// What holds for all entities of a policy.
public struct PolicySettings: Hashable, Sendable {
    /// How far the systems' clocks may be apart, in seconds; noted with each conflict (R25.8).
    public let clockTolerance: Int64
    /// Within how many seconds changes from two systems are a conflict (R2.4).
    public let conflictWindow: Int64
    /// The currency of amounts whose system names none.
    public let currency: CurrencyCode
    /// What an hour costs the customer on jobs that are billed by time and material; nil where there are none.
    public let laborRate: Money?
    /// When the company works; nil where nobody has said.
    public let calendar: BusinessCalendar?
    /// The job statuses during which work is under way.
    public let inProgress: Set<String>
    /// The fields of a job that wait for a person while work is under way.
    public let criticalScope: Set<FieldName>

    /// The window of R2.4, in seconds.
    public static let defaultConflictWindow: Int64 = 300
    /// The clocks' tolerance where the file names none, in seconds.
    public static let defaultClockTolerance: Int64 = 5

    /// Takes the parts.
    public init(
        clockTolerance: Int64 = defaultClockTolerance, conflictWindow: Int64 = defaultConflictWindow,
        currency: CurrencyCode = .usd, laborRate: Money? = nil, calendar: BusinessCalendar? = nil,
        inProgress: Set<String> = [], criticalScope: Set<FieldName> = []
    ) {
        self.clockTolerance = clockTolerance
        self.conflictWindow = conflictWindow
        self.currency = currency
        self.laborRate = laborRate
        self.calendar = calendar
        self.inProgress = inProgress
        self.criticalScope = criticalScope
    }
}
