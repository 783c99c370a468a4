/// Says how a process ends on an error: its code and what it tells on standard error.
struct ExitStatus: Sendable, Hashable {
    /// `EX_CONFIG` of sysexits.h.
    static let faultyConfiguration: Int32 = 78

    /// An orderly end.
    static let success = ExitStatus(code: 0, text: "")

    let code: Int32
    let text: String

    private init(code: Int32, text: String) {
        self.code = code
        self.text = text
    }

    init(_ error: any Error, service: String) {
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
