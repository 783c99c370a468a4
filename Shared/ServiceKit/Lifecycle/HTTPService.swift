internal import Glibc
public import Hummingbird
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// Serves HTTP on the configured address until the group shuts down.
///
/// The port in use is logged, handed to `port`, and written to `http.port.file`, in this order. Put the service first in
/// its group: it then stops last, and tells that the service is stopping while the others finish their batch.
public struct HTTPService: Service, CustomStringConvertible {
    /// Its name in logs.
    public let description = "http server"
    private let configuration: HTTPConfiguration
    private let application: any Service

    /// Prepares a server for the routes of `router`.
    public init(
        router: Router<BasicRequestContext>, configuration: HTTPConfiguration, port: ListeningPort, logger: Logger
    ) {
        self.configuration = configuration
        application = Application(
            responder: ClosingResponder(wrapped: router.buildResponder()),
            // Bounds what a slow client can hold; requests to these services take milliseconds.
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 1024),
            onServerRunning: { channel in
                let number = channel.localAddress?.port ?? configuration.port
                logger.info(
                    "Listening for HTTP", metadata: ["http.host": "\(configuration.host)", "http.port": "\(number)"])
                port.set(number)
                if let file = configuration.portFile { Self.write(number, to: file, logger) }
            },
            logger: Self.quiet(logger))
    }

    /// Runs the server.
    ///
    /// - Throws: `StartupError` when the address cannot be bound.
    public func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw StartupError(
                "cannot listen on \(configuration.host):\(configuration.port): \(String(cString: strerror(error.errnoCode))); "
                    + "see the keys http.host and http.port")
        }
    }

    /// The server's own records repeat ours at a start; its warnings are kept.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    /// Writes beside the file and renames, so that a reader never sees half a number.
    private static func write(_ port: Int, to path: String, _ logger: Logger) {
        let temporary = path + ".new"
        let text = Array("\(port)\n".utf8)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        let isWritten = descriptor >= 0 && Glibc.write(descriptor, text, text.count) == text.count
        if descriptor >= 0 { close(descriptor) }
        guard isWritten, rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            logger.error("Cannot write the port file", metadata: ["path": "\(path)", "error": "\(reason)"])
            return
        }
    }
}
