import Foundation

/// The same seed must give the same order of everything, that of sets and dictionaries as well.
enum Determinism {
    private static let variable = "SWIFT_DETERMINISTIC_HASHING"

    /// Starts the program once more with hashing that does not depend on chance, which is decided at start.
    static func demand() throws {
        guard ProcessInfo.processInfo.environment[variable] == nil else { return }
        setenv(variable, "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", arguments)
        throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .ENOEXEC)
    }
}
