import Foundation

/// All figures, as other programs read them.
struct BenchReport: Codable {
    var figures: [Figure] = []

    /// Writes the figures as JSON, whole or not at all.
    func write(to path: String) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: file, options: .atomic)
    }
}
