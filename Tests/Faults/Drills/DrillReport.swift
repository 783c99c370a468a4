import Foundation

/// What a drill has measured, and what of it was promised.
struct DrillReport: Codable, Sendable {
    /// One figure.
    struct Figure: Codable, Sendable {
        /// What was measured, in words.
        let name: String
        let value: Double
        let unit: String
        /// The bound as people read it; nil where nothing is promised.
        let bound: String?
        let isMet: Bool
        /// Whether it says how fast work went through, which depends on the machine and on what else that does.
        var isPace = false
    }

    let drill: String
    let seed: UInt64
    private(set) var figures: [Figure] = []
    /// What a missed promise of pace means.
    let pace: PaceVerdict
    /// What else a reader should know: what the machine was like, how something was counted.
    var remarks: [String] = []

    init(drill: String, seed: UInt64, pace: PaceVerdict = .judged) {
        self.drill = drill
        self.seed = seed
        self.pace = pace
    }

    /// Whether all that was promised has held.
    var isGood: Bool { figures.allSatisfy { $0.isMet || $0.isPace && pace == .shown } }

    /// Takes a figure of which nothing is promised, and prints it.
    mutating func note(_ name: String, _ value: Double, _ unit: String = "") {
        take(Figure(name: name, value: value, unit: unit, bound: nil, isMet: true))
    }

    /// Takes a figure that must not exceed its bound, and prints it.
    mutating func expect(
        _ name: String, _ value: Double, atMost bound: Double, _ unit: String = "", isPace: Bool = false
    ) {
        take(
            Figure(
                name: name, value: value, unit: unit, bound: "at most \(Self.text(bound))", isMet: value <= bound,
                isPace: isPace))
    }

    /// Takes a figure that must reach its bound, and prints it.
    mutating func expect(
        _ name: String, _ value: Double, atLeast bound: Double, _ unit: String = "", isPace: Bool = false
    ) {
        take(
            Figure(
                name: name, value: value, unit: unit, bound: "at least \(Self.text(bound))", isMet: value >= bound,
                isPace: isPace))
    }

    /// The last lines, for people.
    var text: String {
        let missed = figures.filter { !$0.isMet }
        let forgiven = missed.count { $0.isPace && pace == .shown }
        let lines = missed.map { figure in
            let isForgiven = figure.isPace && pace == .shown
            return "MISSED\(isForgiven ? ", a pace, shown and not judged here" : ""): \(Self.line(figure))"
        }
        var sum = "\(figures.count { $0.bound != nil }) promises, \(missed.count) missed"
        if forgiven > 0 { sum += ", \(forgiven) of them not judged" }
        return (remarks + lines + ["drill \(drill), seed \(seed): \(sum)"]).joined(separator: "\n")
    }

    private mutating func take(_ figure: Figure) {
        figures.append(figure)
        progress("  " + Self.line(figure))
    }

    static func line(_ figure: Figure) -> String {
        let unit = figure.unit.isEmpty ? "" : " \(figure.unit)"
        let bound = figure.bound.map { " (\($0))" } ?? ""
        return "\(figure.name): \(text(figure.value))\(unit)\(bound)"
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(format: "%.2f", value)
    }
}
