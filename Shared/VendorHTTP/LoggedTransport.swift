public import Logging

/// Logs every exchange of another transport, without secrets or personal data, and reports it to an observer.
///
/// A response is logged at debug, one with a status of 400 or more and a failure at info; both have method, URL without
/// query values, milliseconds and sizes.
public struct LoggedTransport: HTTPTransport {
    private let transport: any HTTPTransport
    private let logger: Logger
    private let redactor: Redactor
    private let observe: @Sendable (HTTPObservation) -> Void

    /// Wraps a transport.
    ///
    /// - Parameters:
    ///   - redactor: the one in which the connection's secrets are registered.
    ///   - observe: called once for each exchange, after it was logged; for metrics.
    public init(
        _ transport: any HTTPTransport, logger: Logger, redactor: Redactor,
        observe: @escaping @Sendable (HTTPObservation) -> Void = { _ in }
    ) {
        self.transport = transport
        self.logger = logger
        self.redactor = redactor
        self.observe = observe
    }

    /// Sends the request by the wrapped transport.
    public func send(_ request: HTTPRequest) async throws(VendorHTTPError) -> HTTPResponse {
        let start = ContinuousClock.now
        let result: Result<HTTPResponse, VendorHTTPError>
        do throws(VendorHTTPError) {
            result = .success(try await transport.send(request))
        } catch {
            result = .failure(error)
        }
        record(request, result, start.duration(to: .now))
        return try result.get()
    }

    private func record(
        _ request: HTTPRequest, _ result: Result<HTTPResponse, VendorHTTPError>, _ duration: Duration
    ) {
        let level: Logger.Level =
            if case .success(let response) = result, response.status < 400 { .debug } else { .info }
        if logger.logLevel <= level { log(request, result, duration, at: level) }
        observe(observation(request, result, duration))
    }

    private func log(
        _ request: HTTPRequest, _ result: Result<HTTPResponse, VendorHTTPError>, _ duration: Duration,
        at level: Logger.Level
    ) {
        var metadata: Logger.Metadata = [
            LogKeys.method: "\(request.method.rawValue)",
            LogKeys.url: "\(redactor.location(request.url))",
            LogKeys.milliseconds: "\(duration.wholeMilliseconds)",
            LogKeys.requestBytes: "\(request.body?.count ?? 0)",
        ]
        switch result {
        case .success(let response):
            metadata[LogKeys.status] = "\(response.status)"
            metadata[LogKeys.responseBytes] = "\(response.body.count)"
            logger.log(level: level, "vendor answered", metadata: metadata)
        case .failure(let error):
            metadata[LogKeys.errorCode] = "\(error.code)"
            metadata[LogKeys.delivery] = "\(error.delivery.rawValue)"
            metadata[LogKeys.error] = "\(redactor.text(error.message))"
            if let status = error.status { metadata[LogKeys.status] = "\(status)" }
            logger.log(level: level, "vendor request failed", metadata: metadata)
        }
    }

    private func observation(
        _ request: HTTPRequest, _ result: Result<HTTPResponse, VendorHTTPError>, _ duration: Duration
    ) -> HTTPObservation {
        let url = Result { () throws(VendorHTTPError) in try RequestURL(request.url) }
        let response = try? result.get()
        var failure: VendorHTTPError?
        if case .failure(let error) = result { failure = error }
        return HTTPObservation(
            method: request.method, host: (try? url.get().host) ?? "", status: response?.status, error: failure,
            duration: duration, requestBytes: request.body?.count ?? 0, responseBytes: response?.body.count ?? 0,
            httpVersion: response?.httpVersion)
    }
}
