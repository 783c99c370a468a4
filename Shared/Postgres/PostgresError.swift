/// Why something asked of the database did not happen.
///
/// Texts never hold the value of a parameter or of a row: what the server quotes is cut out (`ServerMessage`).
public struct PostgresError: Error, Sendable {
    /// What went wrong, for code to decide by.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable {
            case configuration, connectionFailed, connectionLost, timedOut, cancelled, poolExhausted, closed
            case server(String), transactionAborted, commitOutcomeUnknown, encoding, decoding, protocolViolation
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The configuration cannot be used.
        public static let configuration = Code(.configuration)
        /// No connection could be made.
        public static let connectionFailed = Code(.connectionFailed)
        /// The connection broke; outside a transaction the effect of the statement is unknown.
        public static let connectionLost = Code(.connectionLost)
        /// The deadline of the call or the server's statement time-out passed.
        public static let timedOut = Code(.timedOut)
        /// The task, or an operator at the server, cancelled it.
        public static let cancelled = Code(.cancelled)
        /// No connection of the pool became free in time, or too many callers wait already.
        public static let poolExhausted = Code(.poolExhausted)
        /// The connection or the pool was closed.
        public static let closed = Code(.closed)
        /// The transaction was rolled back although its body ended well, since one of its statements had failed.
        public static let transactionAborted = Code(.transactionAborted)
        /// COMMIT was sent and its answer was lost, so the transaction took effect or did not; never retried.
        public static let commitOutcomeUnknown = Code(.commitOutcomeUnknown)
        /// A value cannot be sent as what the column or the protocol asks for.
        public static let encoding = Code(.encoding)
        /// A value is not what the caller expected.
        public static let decoding = Code(.decoding)
        /// Client and server, or caller and connection, disagree about what comes next.
        public static let protocolViolation = Code(.protocolViolation)

        /// The server refused, with this SQLSTATE.
        public static func server(_ sqlstate: String) -> Code {
            Code(.server(sqlstate))
        }
    }

    /// What went wrong.
    public var code: Code
    /// What happened, in one sentence.
    public var message: String
    /// The server's five-character code, where the server spoke.
    public var sqlstate: String?
    /// The server's detail, without values.
    public var detail: String?
    /// The server's hint.
    public var hint: String?
    /// The constraint that was violated.
    public var constraint: String?
    /// The table concerned.
    public var table: String?
    /// The column concerned.
    public var column: String?
    /// What was being done: the start of the statement's text, which holds no values.
    public var operation: String?
    /// The position, from 0, of the statement that failed among those of a pipeline.
    public var statementIndex: Int?
    /// The function in the server that raised it, to tell errors of one SQLSTATE apart.
    var routine: String?

    /// Makes an error without the server's part.
    public init(code: Code, message: String, operation: String? = nil) {
        self.code = code
        self.message = message
        self.operation = operation
    }

    /// Makes the error of a value that is not what was expected.
    public static func decoding(_ message: String) -> PostgresError {
        PostgresError(code: .decoding, message: message)
    }

    /// Whether the same transaction may succeed when it is run again: a serialization failure, a deadlock, a plan
    /// that a migration made stale, or a connection lost before COMMIT was sent.
    public var isRetryable: Bool {
        code == .connectionLost || ["40001", "40P01"].contains(sqlstate) || isStalePlan
    }

    /// Whether a prepared statement no longer fits the tables, or is gone.
    var isStalePlan: Bool {
        sqlstate == "26000" || (sqlstate == "0A000" && routine == "RevalidateCachedQuery")
    }

    /// Whether a later attempt to connect may succeed.
    var isTransientConnectFailure: Bool {
        guard code == .connectionFailed || code == .timedOut || code == .connectionLost else { return false }
        // Too many connections, starting up or shutting down, and the network's own failures pass.
        guard let sqlstate else { return !message.contains("certificate") && !message.contains("SSL") }
        return sqlstate.hasPrefix("53") || sqlstate.hasPrefix("57P") || sqlstate.hasPrefix("08")
    }

    /// Adds what was being done, unless it is known already.
    func during(_ operation: String) -> PostgresError {
        var error = self
        if error.operation == nil { error.operation = operation }
        return error
    }
}

extension PostgresError.Code: CustomStringConvertible {
    /// The code in words, for logs.
    public var description: String {
        switch kind {
        case .server(let sqlstate): "server(\(sqlstate))"
        default: "\(kind)"
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// One line for logs: code, message, where, and what the server added.
    public var description: String {
        var text = "\(code): \(message)"
        if let detail { text += " (\(detail))" }
        if let constraint { text += " [constraint \(constraint)]" }
        if let hint { text += " Hint: \(hint)" }
        if let statementIndex { text += "; statement \(statementIndex + 1)" }
        if let operation { text += "; while: \(operation)" }
        return text
    }
}
