import ArgumentParser

/// What it means that a drill has been slower than promised.
enum PaceVerdict: String, Codable, Sendable, ExpressibleByArgument, CaseIterable {
    /// The drill has failed.
    case judged
    /// The drill says so, and what is lost or twice decides: for tests, which may not fail for the machine's sake.
    case shown
}
