internal import CLibPQ

extension ServerMessage {
    /// One field of a result that is an error or a notice.
    static func field(_ code: Int32, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }

    /// Whether the server ended the session with this error.
    static func isFatal(_ result: OpaquePointer) -> Bool {
        ["FATAL", "PANIC"].contains(field(shim_diag_severity, of: result))
    }

    /// The error that a result reports.
    static func error(of result: OpaquePointer) -> PostgresError {
        guard let sqlstate = field(shim_diag_sqlstate, of: result) else {
            // libpq's own words: the server did not speak.
            let text = excerpt(of: String(cString: PQresultErrorMessage(result)), limit: 300)
            return PostgresError(code: .connectionLost, message: "the connection ended: \(text)")
        }
        let primary = field(shim_diag_message, of: result) ?? ""
        var error = PostgresError(
            code: code(sqlstate: sqlstate, message: primary, fatal: isFatal(result)),
            message: message(primary, sqlstate: sqlstate))
        error.sqlstate = sqlstate
        error.detail = field(shim_diag_detail, of: result).flatMap { detail($0, sqlstate: sqlstate) }
        error.hint = field(shim_diag_hint, of: result)
        error.constraint = field(shim_diag_constraint, of: result)
        error.table = field(shim_diag_table, of: result)
        error.column = field(shim_diag_column, of: result)
        error.routine = field(shim_diag_routine, of: result)
        return error
    }

    private static func code(sqlstate: String, message: String, fatal: Bool) -> PostgresError.Code {
        if fatal { return .connectionLost }
        // query_canceled: the server says in words only whether a person or its time-out did it.
        if sqlstate == "57014" { return message.contains("user request") ? .cancelled : .timedOut }
        return .server(sqlstate)
    }

    /// The error of a connection that was not made, from libpq's text in its verbose form:
    /// `… FATAL:  28P01: password authentication failed for user "x"` and a line that begins with `LOCATION`.
    static func connectFailure(_ text: String) -> PostgresError {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        var error = PostgresError(
            code: .connectionFailed, message: excerpt(of: lines.joined(separator: "; "), limit: 500))
        if let severity = text.range(of: "FATAL:  ") {
            let code = text[severity.upperBound...].prefix(5)
            let isCode = code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            if code.utf8.count == 5, isCode { error.sqlstate = String(code) }
        }
        return error
    }
}
