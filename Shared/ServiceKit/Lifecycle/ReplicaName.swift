internal import Foundation

/// Names processes.
public enum ReplicaName {
    /// A name that no other process has: the host, the process' number there, and chance.
    public static func make() -> String {
        "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)/"
            + "\(UInt32.random(in: .min ... .max))"
    }
}
