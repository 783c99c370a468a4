public import CoreMetrics
internal import Synchronization

/// Keeps all metrics of a process and shows them in Prometheus' text format.
///
/// - A `Counter` is shown with `_total`, a `Meter` or `Gauge` as it is, a `Timer` as a histogram in seconds with
///   `_seconds`, an aggregating `Recorder` as a histogram.
/// - Asking again for the same label and dimensions gives the same series, so metrics may be made where they are used.
/// - The number of series is bounded. Beyond the bound, and for a label that already has another kind, values go into a
///   series that nobody sees, and `plumbline_metric_series_refused_total` counts up.
public final class PrometheusMetrics: MetricsFactory {
    private enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private enum Series {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
    }

    private struct Family {
        let kind: Kind
        var series: [String: Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var count = 0
        var refused = 0
    }

    /// Seconds, from a millisecond to a minute.
    public static let durationBounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Sizes of batches and the like.
    public static let sizeBounds: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 100_000]

    private let help: [String: String]
    private let bounds: [String: [Double]]
    private let limit: Int
    private let state = Mutex(State())

    /// Makes an empty registry.
    ///
    /// - Parameters:
    ///   - help: a sentence for each label, shown to whoever reads `/metrics`.
    ///   - bounds: upper bounds of the buckets of a label, where the usual ones do not fit.
    ///   - limit: the most series.
    public init(help: [String: String] = [:], bounds: [String: [Double]] = [:], limit: Int = 10000) {
        self.help = Dictionary(help.map { (MetricName.name($0.key), $0.value) }) { $1 }
        self.bounds = bounds.mapValues { $0.sorted() }
        self.limit = limit
    }

    /// Gives the counter of a label and dimensions.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// Gives the counter of a label and dimensions.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// Gives the gauge of a label and dimensions.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// Gives the histogram, or without aggregation the gauge, of a label and dimensions.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions, suffix: "", usual: Self.sizeBounds) : gauge(label, dimensions)
    }

    /// Gives the histogram in seconds of a label and dimensions.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, suffix: "_seconds", usual: Self.durationBounds)
    }

    /// Keeps the series: a counter that vanishes and comes back at zero would look like a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}

    /// Keeps the series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

    /// Keeps the series.
    public func destroyMeter(_ handler: any MeterHandler) {}

    /// Keeps the series.
    public func destroyRecorder(_ handler: any RecorderHandler) {}

    /// Keeps the series.
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// All series in Prometheus' text format, version 0.0.4, sorted by name.
    public func text() -> String {
        let (families, refused) = state.withLock { ($0.families, $0.refused) }
        var text = PrometheusText()
        for name in families.keys.sorted() {
            guard let family = families[name] else { continue }
            text.head(name, kind: family.kind.rawValue, help: help[name] ?? help[Self.stem(name)])
            for labels in family.series.keys.sorted() {
                switch family.series[labels] {
                case .counter(let series): text.sample(name, labels, series.value)
                case .gauge(let series): text.sample(name, labels, series.value)
                case .histogram(let series): text.histogram(name, labels, series.bounds, series.snapshot)
                case nil: continue
                }
            }
        }
        if refused > 0 {
            let name = "plumbline_metric_series_refused_total"
            text.head(name, kind: "counter", help: "Series beyond the bound, or of a second kind under one name.")
            text.sample(name, "", Double(refused))
        }
        return text.text
    }

    private static func stem(_ name: String) -> String {
        for suffix in ["_total", "_seconds"] where name.hasSuffix(suffix) {
            return String(name.dropLast(suffix.count))
        }
        return name
    }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        let name = MetricName.name(label) + (label.hasSuffix("_total") ? "" : "_total")
        let series = find(name, .counter, dimensions) { .counter(CounterSeries()) }
        if case .counter(let series) = series { return series }
        return CounterSeries()
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        let series = find(MetricName.name(label), .gauge, dimensions) { .gauge(GaugeSeries()) }
        if case .gauge(let series) = series { return series }
        return GaugeSeries()
    }

    private func histogram(
        _ label: String, _ dimensions: [(String, String)], suffix: String, usual: [Double]
    ) -> HistogramSeries {
        let bounds = bounds[label] ?? usual
        let name = MetricName.name(label) + (label.hasSuffix("_seconds") ? "" : suffix)
        let series = find(name, .histogram, dimensions) { .histogram(HistogramSeries(bounds: bounds)) }
        if case .histogram(let series) = series { return series }
        return HistogramSeries(bounds: bounds)
    }

    /// The series, made when it is missing; nil when it is refused.
    private func find(
        _ name: String, _ kind: Kind, _ dimensions: [(String, String)], make: () -> Series
    ) -> Series? {
        let labels = MetricName.labels(dimensions)
        return state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind)
            if family.kind == kind, let series = family.series[labels] { return series }
            guard family.kind == kind, state.count < limit else {
                state.refused += 1
                return nil
            }
            let series = make()
            family.series[labels] = series
            state.families[name] = family
            state.count += 1
            return series
        }
    }
}
