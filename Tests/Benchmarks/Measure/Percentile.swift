/// Percentiles of measured values.
enum Percentile {
    /// The value that a part of all values does not exceed; the mean of the two in the middle for a median of an even
    /// number.
    static func of(_ values: [Double], _ part: Double) -> Double {
        precondition(!values.isEmpty, "nothing was measured")
        let sorted = values.sorted()
        if part == 0.5, sorted.count.isMultiple(of: 2) {
            return (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
        }
        let rank = Int((part * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}
