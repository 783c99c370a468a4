import CoreMetrics
import Metrics
import Testing

@testable import ServiceKit

@Suite("Prometheus metrics")
struct PrometheusMetricsTests {
    @Test("shows counters, gauges and histograms in the text format")
    func text() {
        let metrics = PrometheusMetrics(
            help: ["router.events": "Events decided.\nAll of them."], bounds: ["batch.size": [10, 100]])
        Counter(label: "router.events", dimensions: [("result", "routed")], factory: metrics).increment(by: 3)
        Counter(label: "router.events", dimensions: [("result", "echo")], factory: metrics).increment()
        Gauge(label: "unsynced.oldest.seconds", factory: metrics).record(1.5)
        let recorder = Recorder(label: "batch.size", factory: metrics)
        for size in [5, 10, 50, 1000] { recorder.record(size) }
        #expect(
            metrics.text() == """
                # TYPE batch_size histogram
                batch_size_bucket{le="10"} 2
                batch_size_bucket{le="100"} 3
                batch_size_bucket{le="+Inf"} 4
                batch_size_sum 1065
                batch_size_count 4
                # HELP router_events_total Events decided.\\nAll of them.
                # TYPE router_events_total counter
                router_events_total{result="echo"} 1
                router_events_total{result="routed"} 3
                # TYPE unsynced_oldest_seconds gauge
                unsynced_oldest_seconds 1.5

                """)
    }

    @Test("shows a timer as a histogram in seconds")
    func timer() {
        let metrics = PrometheusMetrics()
        Metrics.Timer(label: "commit", factory: metrics).recordNanoseconds(3_000_000)
        let text = metrics.text()
        #expect(text.contains("# TYPE commit_seconds histogram\n"))
        #expect(text.contains("commit_seconds_bucket{le=\"0.0025\"} 0\n"))
        #expect(text.contains("commit_seconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("commit_seconds_sum 0.003\n"))
    }

    @Test("gives the same series for the same label and dimensions in any order")
    func same() {
        let metrics = PrometheusMetrics()
        Counter(label: "a", dimensions: [("x", "1"), ("y", "2")], factory: metrics).increment()
        Counter(label: "a", dimensions: [("y", "2"), ("x", "1")], factory: metrics).increment()
        #expect(metrics.text().contains("a_total{x=\"1\",y=\"2\"} 2\n"))
    }

    @Test("spells names and values as Prometheus wants them")
    func names() {
        let metrics = PrometheusMetrics()
        Counter(label: "9 lives-ä", dimensions: [("a-b", "say \"hi\"\\\n")], factory: metrics).increment()
        #expect(metrics.text().contains("_9_lives___total{a_b=\"say \\\"hi\\\"\\\\\\n\"} 1\n"))
    }

    @Test("refuses series beyond its bound and a second kind under one name, and counts them")
    func bounded() {
        let metrics = PrometheusMetrics(limit: 2)
        for number in 0..<5 { Counter(label: "c", dimensions: [("n", "\(number)")], factory: metrics).increment() }
        Gauge(label: "c_total", factory: metrics).record(1)
        let text = metrics.text()
        #expect(text.contains("c_total{n=\"1\"} 1\n"))
        #expect(!text.contains("c_total{n=\"2\"}"))
        #expect(text.contains("plumbline_metric_series_refused_total 4\n"))
    }

    @Test("keeps a counter from going down or to nonsense")
    func monotone() {
        let series = CounterSeries()
        series.increment(by: 2.5 as Double)
        series.increment(by: -1 as Double)
        series.increment(by: Double.nan)
        series.increment(by: Double.infinity)
        #expect(series.value == 2.5)
        let histogram = HistogramSeries(bounds: [1])
        histogram.record(Double.nan)
        #expect(histogram.snapshot.counts == [0, 0])
    }

    @Test("counts right from many tasks")
    func concurrent() async {
        let metrics = PrometheusMetrics()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 { Counter(label: "n", factory: metrics).increment() }
                }
            }
        }
        #expect(metrics.text().contains("n_total 8000\n"))
    }

    @Test("adds the figures of the process, also when its name holds brackets")
    func process() {
        #expect(ProcessMetrics.text().contains("process_resident_memory_bytes "))
        let stat = "7 (a) b) S 1 7 7 0 -1 0 0 0 0 0 100 50 0 0 20 0 9 0 1 1000 25 0"
        #expect(ProcessMetrics.text(stat: stat).contains("process_threads 9\n"))
        #expect(ProcessMetrics.text(stat: "nonsense").isEmpty)
    }
}
