/// What may be asked of a service that runs.
enum HealthQuestion: String, Sendable, CaseIterable {
    /// Whether it can answer at all.
    case live
    /// Whether it can do its work.
    case ready
}
