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
///         await ServiceMain.run("router", about: "Decides what every system shall show.", compose: compose)
///     }
/// }
/// ```
public enum ServiceMain {
    /// Reads the configuration, composes the service and runs it until SIGTERM or SIGINT.
    ///
    /// Exits with 0 after a graceful shutdown, with 78 and a list of all faults on a bad configuration, and with 1 and
    /// one line on any other error. With `--help`, `--version` or `health` it does not run but answers; see `ServiceHelp`.
    ///
    /// - Parameters:
    ///   - name: the executable's name.
    ///   - about: what it is for, in a sentence.
    ///   - arguments: the words behind the program's name; nil for those of the process.
    ///   - compose: builds the group by `ServiceEnvironment.group`; tests call the same function.
    public static func run<Configuration: ServiceConfiguration>(
        _ name: String, about: String, arguments: [String]? = nil,
        compose: (Configuration, ServiceEnvironment) async throws -> ServiceGroup
    ) async -> Never {
        switch ServiceArguments(arguments ?? Array(ProcessInfo.processInfo.arguments.dropFirst())) {
        case .run: await serve(name, compose: compose)
        case .help:
            let keys = CheckedConfiguration.keys { config in
                (ProcessConfiguration(config: config), Configuration(config: config))
            }
            answer(ServiceHelp.text(of: name, about: about, keys: [ConfigurationSource.file] + keys), 0)
        case .version: answer("\(name) \(ProductVersion.current)", 0)
        case .health(let question): await tellHealth(of: name, question)
        case .wrong(let word):
            let text = "\(name): unknown argument '\(word)'\n\(ServiceArguments.usage(of: name))"
            answer(text, ExitStatus.wrongUse, toErrors: true)
        }
    }

    private static func serve<Configuration: ServiceConfiguration>(
        _ name: String, compose: (Configuration, ServiceEnvironment) async throws -> ServiceGroup
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

    private static func tellHealth(of name: String, _ question: HealthQuestion) async -> Never {
        do {
            let reader = try await ConfigurationSource.reader(environment: ProcessInfo.processInfo.environment)
            let http = try CheckedConfiguration.read(reader) { HTTPConfiguration(config: $0) }
            let inquiry = try HealthInquiry(name, question, at: http)
            let finding = await inquiry.ask()
            answer(finding.text, finding.isGood ? 0 : 1)
        } catch {
            answer("\(name): \(error)", 1)
        }
    }

    private static func answer(_ text: String, _ code: Int32, toErrors: Bool = false) -> Never {
        let bytes = Array((text + "\n").utf8)
        _ = write(toErrors ? STDERR_FILENO : STDOUT_FILENO, bytes, bytes.count)
        exit(code)
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
