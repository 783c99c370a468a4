public import Hummingbird
public import Logging
public import ServiceLifecycle
internal import UnixSignals

/// Holds what a service is composed from, besides its own configuration.
///
/// `ServiceMain` makes one for the process; a test makes one for each service that it runs.
public struct ServiceEnvironment: Sendable {
    /// The executable's name, for example `router`.
    public let name: String
    /// The logger to derive others from.
    public let logger: Logger
    /// Where metrics are made.
    public let metrics: PrometheusMetrics
    /// Gets the HTTP port in use.
    public let port: ListeningPort
    private let shutdownGrace: Duration
    private let signals: [UnixSignal]

    /// Makes the environment of one service within a process that handles signals itself, as tests do.
    public init(
        name: String, logger: Logger, metrics: PrometheusMetrics = PrometheusMetrics(),
        shutdownGrace: Duration = .seconds(25)
    ) {
        self.init(name: name, logger: logger, metrics: metrics, shutdownGrace: shutdownGrace, signals: [])
    }

    init(name: String, logger: Logger, metrics: PrometheusMetrics, shutdownGrace: Duration, signals: [UnixSignal]) {
        self.name = name
        self.logger = logger
        self.metrics = metrics
        self.shutdownGrace = shutdownGrace
        self.signals = signals
        port = ListeningPort()
    }

    /// Composes the group of a service: HTTP first, the service's own loops in the order given, health checks last.
    ///
    /// A shutdown runs the other way: the service says at `/health/ready` that it is stopping, its loops finish their
    /// batch from last to first, then HTTP ends.
    ///
    /// - Parameters:
    ///   - services: the loops; a later one may use an earlier one until its own end.
    ///   - ending: a loop whose end ends the whole service in good order, as a signal would.
    ///   - checks: what `/health/ready` reports.
    ///   - http: where to listen.
    ///   - router: routes to serve beside `/health` and `/metrics`.
    public func group(
        _ services: [any Service], ending: (any Service)? = nil, checks: [HealthCheck], http: HTTPConfiguration,
        router: Router<BasicRequestContext> = Router()
    ) -> ServiceGroup {
        let monitor = HealthMonitor(service: name, checks: checks)
        HealthRoutes(monitor: monitor).add(to: router)
        MetricsRoutes(metrics: metrics).add(to: router)
        let server = HTTPService(router: router, configuration: http, port: port, logger: logger)
        var members = ([server] + services).map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        if let ending {
            members.append(.init(service: ending, successTerminationBehavior: .gracefullyShutdownGroup))
        }
        members.append(.init(service: monitor))
        var configuration = ServiceGroupConfiguration(
            services: members, gracefulShutdownSignals: signals, logger: logger)
        configuration.maximumGracefulShutdownDuration = shutdownGrace
        configuration.maximumCancellationDuration = .seconds(5)
        configuration.logging.keys.signalKey = "signal"
        configuration.logging.keys.serviceKey = "loop"
        configuration.logging.keys.servicesKey = "loops"
        configuration.logging.keys.errorKey = "error"
        configuration.logging.keys.gracefulShutdownSignalsKey = "signals.graceful"
        configuration.logging.keys.cancellationSignalsKey = "signals.cancel"
        return ServiceGroup(configuration: configuration)
    }
}
