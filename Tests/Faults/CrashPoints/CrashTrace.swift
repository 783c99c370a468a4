import Foundation

/// What the lives of a process have written down: the points that they have passed, and where they died.
struct CrashTrace: Sendable {
    let file: URL

    private var lines: [Substring] {
        guard let data = try? Data(contentsOf: file) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }

    /// The points that were passed at all.
    var passed: Set<String> {
        Set(lines.map { $0.hasPrefix("died ") ? String($0.dropFirst(5)) : String($0) })
    }

    /// How often a life has ended at a point.
    func deaths(at point: String) -> Int {
        lines.count { $0 == "died \(point)" }
    }
}
