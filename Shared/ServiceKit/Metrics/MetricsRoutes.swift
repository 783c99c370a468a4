internal import HTTPTypes
public import Hummingbird

/// Serves `/metrics` in Prometheus' text format.
public struct MetricsRoutes: Sendable {
    private let metrics: PrometheusMetrics

    /// Shows all of `metrics` and the figures of the process.
    public init(metrics: PrometheusMetrics) {
        self.metrics = metrics
    }

    /// Adds the route.
    public func add(to router: some RouterMethods) {
        router.get("/metrics") { [metrics] _, _ in
            let fields: HTTPFields = [.contentType: "text/plain; version=0.0.4; charset=utf-8"]
            let text = metrics.text() + ProcessMetrics.text()
            return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }
}
