/// Carries every fault of a configuration at once, so that it is put right in one round.
public struct ConfigurationError: Error, Sendable, Hashable {
    /// The faults in the order in which the keys are read; never empty.
    public let faults: [ConfigurationFault]

    /// Collects faults.
    public init(faults: [ConfigurationFault]) {
        self.faults = faults
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// One line per fault, after a line that counts them.
    public var description: String {
        let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
        return (["the configuration has \(count):"] + faults.map { "  \($0)" }).joined(separator: "\n")
    }
}
