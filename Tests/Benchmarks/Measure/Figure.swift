import Foundation

/// One figure: the median of its rounds.
struct Figure: Codable {
    let name: String
    let value: Double
    let unit: String
    /// What each round gave.
    let runs: [Double]
    /// Our value divided by that of each peer.
    var ratios: [String: Double] = [:]

    /// Takes the rounds' values; there is at least one.
    init(_ name: String, _ unit: String, _ runs: [Double]) {
        self.name = name
        self.unit = unit
        self.runs = runs
        value = Percentile.of(runs, 0.5)
    }

    /// Compares the figure with the same one of a peer.
    mutating func compare(with peer: String, _ figure: Figure) {
        ratios[peer] = value / figure.value
    }

    /// One line for people.
    var line: String {
        let spread = "\(Self.text(runs.min() ?? 0)) to \(Self.text(runs.max() ?? 0))"
        let peers = ratios.sorted { $0.key < $1.key }.map { "\(Self.text($0.value)) × \($0.key)" }
        let first = "\(name): \(Self.text(value)) \(unit) (\(spread))"
        return ([first] + peers).joined(separator: ", ")
    }

    private static func text(_ value: Double) -> String {
        String(format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value)
    }
}
