import Foundation

/// A program did not do what it was started for.
public struct ChildFailure: Error, CustomStringConvertible {
    /// What happened, with the last lines of its log.
    public let description: String

    init(_ name: String, _ what: String, _ log: URL) {
        description = "\(name) \(what)\n" + Self.tail(of: log, lines: 30)
    }

    static func tail(of log: URL, lines: Int) -> String {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
    }
}
