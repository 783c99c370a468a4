import Foundation

/// All parts of a run.
struct FaultReports: Codable {
    var parts: [FaultReport] = []
    var attempted: Int { parts.reduce(0) { $0 + $1.attempted } }

    private enum CodingKeys: CodingKey {
        case parts, attempted, lost, duplicated, unexpected, explained, faults, seconds
    }

    init() {}

    init(from decoder: any Decoder) throws {
        parts = try decoder.container(keyedBy: CodingKeys.self).decode([FaultReport].self, forKey: .parts)
    }

    /// Writes the sums beside the parts, so that a reader need not add.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(parts, forKey: .parts)
        try container.encode(attempted, forKey: .attempted)
        try container.encode(sum(\.lost), forKey: .lost)
        try container.encode(sum(\.duplicated), forKey: .duplicated)
        try container.encode(sum(\.unexpected), forKey: .unexpected)
        try container.encode(sum(\.explained), forKey: .explained)
        try container.encode(sum(\.seconds), forKey: .seconds)
        try container.encode(faults, forKey: .faults)
    }

    /// How often each kind was carried out.
    var faults: [String: Int] {
        parts.reduce(into: [:]) { sums, part in
            for (kind, strikes) in part.faults { sums[kind, default: 0] += strikes.done }
        }
    }

    /// Writes the file, whole or not at all.
    func write(to path: String) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: file, options: .atomic)
    }

    /// The sums in one line.
    var text: String {
        "\(parts.count) parts, \(faults.values.reduce(0, +)) faults: \(attempted) attempted, \(sum(\.lost)) lost, "
            + "\(sum(\.duplicated)) duplicated, \(sum(\.unexpected)) unexpected, \(sum(\.explained)) explained"
    }

    private func sum(_ figure: KeyPath<FaultReport, Int>) -> Int { parts.reduce(0) { $0 + $1[keyPath: figure] } }
}
