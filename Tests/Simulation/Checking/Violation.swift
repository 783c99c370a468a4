/// A promise that a schedule has shown to be broken.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// Which promise: the invariant's number in decision 0016's list.
    public var invariant: String
    /// What was found.
    public var text: String

    /// The number, then the words.
    public var description: String { "\(invariant): \(text)" }
}
