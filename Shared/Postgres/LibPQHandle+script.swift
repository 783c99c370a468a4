internal import CLibPQ

extension LibPQHandle {
    /// Runs the statements of a text in the simple protocol, up to the first that fails.
    ///
    /// - Parameter operation: how errors name the text.
    func script(_ text: String, operation: String, call: Call) throws(PostgresError) {
        try begin(call)
        defer { finish() }
        try leavePipeline()
        guard PQsendQuery(connection, text) == 1 else {
            let error = lost()
            close()
            throw error.during(operation)
        }
        let failure = try drain(call)
        try enterPipeline()
        if let failure { throw interrupted(failure).during(operation) }
    }

    /// Reads results until there is none left; gives the first error among them.
    ///
    /// - Throws: the first error, when the connection ended.
    func drain(_ call: Call) throws(PostgresError) -> PostgresError? {
        var failure: PostgresError?
        while let result = try nextResult(call) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_FATAL_ERROR:
                if failure == nil { failure = ServerMessage.error(of: result) }
                if ServerMessage.isFatal(result) { close() }
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                close()
                throw PostgresError(
                    code: .protocolViolation, message: "a COPY cannot be part of a script; use copyIn or copyOut")
            default: break
            }
        }
        guard isOpen else {
            let error = failure ?? lost()
            close()
            throw error
        }
        return failure
    }

    /// COPY and the simple protocol are not allowed in a pipeline.
    ///
    /// Nor could they take the settings along which a transaction needs behind a pooler: there they belong into one.
    func leavePipeline() throws(PostgresError) {
        guard settings == nil || transactionStatus != PQTRANS_IDLE else {
            throw PostgresError(
                code: .protocolViolation,
                message: "behind a transaction pooler a script or a COPY needs a transaction around it")
        }
        guard PQexitPipelineMode(connection) == 1 else {
            close()
            throw PostgresError(code: .protocolViolation, message: "the connection is in the middle of a pipeline")
        }
    }

    /// Goes back to the mode that all other calls expect.
    func enterPipeline() throws(PostgresError) {
        guard PQenterPipelineMode(connection) == 1 else {
            close()
            throw PostgresError(code: .protocolViolation, message: "the connection did not become idle again")
        }
    }
}
