internal import Configuration
internal import CoreMetrics
internal import FoundationEssentials
internal import Glibc
internal import Logging
public import ServiceLifecycle
internal import UnixSignals

/// Is the whole `main` of a service: configuration, logging, metrics, signals, exit code.
///
/// ```swift
/// @main struct RouterMain {
///     static func main() async {
///         await ServiceMain.run("router", compose: compose)
///     }
/// }
/// ```
public enum ServiceMain {
    /// Reads the configuration, composes the service and runs it until SIGTERM or SIGINT.
    ///
    /// Exits with 0 after a graceful shutdown, with 78 and a list of all faults on a bad configuration, and with 1 and
    /// one line on any other error.
    ///
    /// - Parameters:
    ///   - name: the executable's name.
    ///   - compose: builds the group by `ServiceEnvironment.group`; tests call the same function.
    public static func run<Configuration: ServiceConfiguration>(
        _ name: String,
        compose: (Configuration, ServiceEnvironment) async throws -> ServiceGroup
    ) async -> Never {
        // A peer that closes its end is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let writer = LogWriter()
        var status = ExitStatus.success
        do {
            let group = try await start(name, writer: writer, compose: compose)
            try await group.run()
        } catch {
            status = ExitStatus(error, service: name)
        }
        if !status.text.isEmpty { writer.write(Array((status.text + "\n").utf8)) }
        writer.flush()
        exit(status.code)
    }

    private static func start<Configuration: ServiceConfiguration>(
        _ name: String, writer: LogWriter,
        compose: (Configuration, ServiceEnvironment) async throws -> ServiceGroup
    ) async throws -> ServiceGroup {
        let reader = try await ConfigurationSource.reader(environment: ProcessInfo.processInfo.environment)
        let ((process, own), summary) = try CheckedConfiguration.readWithSummary(reader) { config in
            (ProcessConfiguration(config: config), Configuration(config: config))
        }
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        LoggingSystem.bootstrap { label in
            JSONLogHandler(service: name, label: label, level: process.logLevel.level, writer: writer)
        }
        let logger = Logger(label: name)
        logger.info("Starting", metadata: ["configuration": "\(summary)"])
        let environment = ServiceEnvironment(
            name: name, logger: logger, metrics: metrics, shutdownGrace: process.shutdownGrace,
            signals: [.sigterm, .sigint])
        return try await compose(own, environment)
    }
}
