/// Why an operation was not done.
public struct OperationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    /// Takes a sentence.
    public init(_ description: String) {
        self.description = description
    }
}
