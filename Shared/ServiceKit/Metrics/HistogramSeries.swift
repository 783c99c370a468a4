internal import CoreMetrics
internal import Synchronization

/// Sorts values into fixed buckets.
///
/// Used for timers, in seconds, and for recorders that aggregate, in the unit of their values.
final class HistogramSeries: TimerHandler, RecorderHandler {
    struct Snapshot {
        /// How many values fell into each bucket, not cumulative; the last bucket has no upper bound.
        var counts: [UInt64]
        var sum: Double
    }

    /// The inclusive upper bounds, ascending.
    let bounds: [Double]
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
    }

    var snapshot: Snapshot { state.withLock { $0 } }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(duration) / 1e9)
    }

    func record(_ value: Int64) {
        record(Double(value))
    }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }
}
