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

    /// Whether the product has lost and doubled nothing; and what it is compared with nothing without faults, and
    /// something with them, or the script is too mild.
    var isAsExpected: Bool {
        let others = Dictionary(grouping: parts.filter { $0.against != .plumbline }, by: \.against)
        return parts.filter { $0.against == .plumbline }.allSatisfy(\.isGood)
            && others.values.allSatisfy { parts in
                let hasFaults = parts.contains { !$0.faults.isEmpty }
                let isHurt = parts.contains { $0.lost + $0.duplicated > 0 }
                return hasFaults == isHurt && parts.allSatisfy { $0.unexpected == 0 }
            }
    }

    /// The sums in one line for each of those who have borne the faults.
    var text: String {
        Contestant.allCases.compactMap { contestant in
            var own = self
            own.parts.removeAll { $0.against != contestant }
            return own.parts.isEmpty
                ? nil : own.line + (contestant == .plumbline ? "" : " (\(contestant))")
        }.joined(separator: "\n")
    }

    private var line: String {
        "\(parts.count) parts, \(faults.values.reduce(0, +)) faults: \(attempted) attempted, \(sum(\.lost)) lost, "
            + "\(sum(\.duplicated)) duplicated, \(sum(\.unexpected)) unexpected, \(sum(\.explained)) explained"
    }

    private func sum(_ figure: KeyPath<FaultReport, Int>) -> Int { parts.reduce(0) { $0 + $1[keyPath: figure] } }
}
