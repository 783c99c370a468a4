internal import CLibPQ
internal import Logging

/// Passes the server's notices to the log instead of standard error.
final class NoticeSink: Sendable {
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Receives the notices of a connection, which must not outlive this sink.
    func attach(to connection: OpaquePointer) {
        PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func receive(_ result: OpaquePointer) {
        let severity = ServerMessage.field(shim_diag_severity, of: result) ?? ""
        let level: Logger.Level = severity == "WARNING" ? .info : .debug
        logger.log(
            level: level, "notice from the database",
            metadata: [
                "postgres.severity": "\(severity)",
                "postgres.sqlstate": "\(ServerMessage.field(shim_diag_sqlstate, of: result) ?? "")",
                "postgres.notice": "\(ServerMessage.field(shim_diag_message, of: result) ?? "")",
            ])
    }
}
