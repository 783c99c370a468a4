/// Writes Prometheus' text format line by line.
struct PrometheusText {
    private(set) var text = ""

    mutating func head(_ name: String, kind: String, help: String?) {
        if let help { text += "# HELP \(name) \(MetricName.escape(help))\n" }
        text += "# TYPE \(name) \(kind)\n"
    }

    mutating func sample(_ name: String, _ labels: String, _ value: Double) {
        text += labels.isEmpty ? name : "\(name){\(labels)}"
        text += " \(Self.show(value))\n"
    }

    mutating func histogram(_ name: String, _ labels: String, _ bounds: [Double], _ values: HistogramSeries.Snapshot) {
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (index, count) in values.counts.enumerated() {
            total += count
            let bound = index < bounds.count ? Self.show(bounds[index]) : "+Inf"
            sample("\(name)_bucket", "\(prefix)le=\"\(bound)\"", Double(total))
        }
        sample("\(name)_sum", labels, values.sum)
        sample("\(name)_count", labels, Double(total))
    }

    private static func show(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        // Whole numbers are exact up to 2^53 and read better without a fraction.
        if value == value.rounded(), abs(value) < 9e15 { return "\(Int64(value))" }
        return "\(value)"
    }
}
