internal import HTTPTypes
public import Hummingbird

/// Serves `/health/live` and `/health/ready`.
///
/// `live` answers 200 as long as the process can answer at all: restart it otherwise. `ready` answers 200 or 503 with a
/// JSON report that names each check, and since when it passes or fails.
public struct HealthRoutes: Sendable {
    private let monitor: HealthMonitor

    /// Shows what `monitor` knows.
    public init(monitor: HealthMonitor) {
        self.monitor = monitor
    }

    /// Adds the two routes.
    public func add(to router: some RouterMethods) {
        router.get("/health/live") { _, _ in
            Self.response(.ok, Array("{\"status\":\"live\"}\n".utf8))
        }
        router.get("/health/ready") { [monitor] _, _ in
            let report = monitor.report()
            return Self.response(report.isReady ? .ok : .serviceUnavailable, report.json())
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ json: [UInt8]) -> Response {
        let fields: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
