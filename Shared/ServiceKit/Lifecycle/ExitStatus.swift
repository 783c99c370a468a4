/// Says how a process ends on an error: its code and what it tells on standard error.
public struct ExitStatus: Sendable, Hashable {
    /// The code for a bad configuration: `EX_CONFIG` of sysexits.h.
    public static let faultyConfiguration: Int32 = 78

    /// The code for a wrong use of the command line: `EX_USAGE` of sysexits.h.
    static let wrongUse: Int32 = 64

    /// An orderly end.
    static let success = ExitStatus(code: 0, text: "")

    /// The process's exit code.
    public let code: Int32
    /// What to write to standard error; one line, or one per fault of a configuration.
    public let text: String

    private init(code: Int32, text: String) {
        self.code = code
        self.text = text
    }

    /// Judges an error.
    ///
    /// - Parameter service: the executable's name.
    public init(_ error: any Error, service: String) {
        switch error {
        case let error as ConfigurationError:
            code = Self.faultyConfiguration
            text = "\(service): \(error)"
        case let error as StartupError:
            code = 1
            text = "\(service): \(error)"
        default:
            code = 1
            text = "\(service): stopped by an error: \(error)".replacing("\n", with: " ")
        }
    }
}
