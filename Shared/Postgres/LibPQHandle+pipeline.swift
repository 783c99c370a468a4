internal import CLibPQ

extension LibPQHandle {
    /// Runs statements in one round trip, in order, up to the first that fails.
    ///
    /// - Parameter commits: whether the last statement is a COMMIT, so that a lost answer leaves its outcome unknown.
    func pipeline(_ statements: [SQL], commits: Bool, call: Call) throws(PostgresError) -> [PostgresResult] {
        guard !statements.isEmpty else { return [] }
        try begin(call)
        defer { finish() }
        try resetStatementsIfNeeded(call)
        let isOutside = transactionStatus == PQTRANS_IDLE
        if isOutside, let settings {
            return try attempt(statements, after: settings, commits: commits, call: call)
        }
        do throws(PostgresError) {
            return try attempt(statements, commits: commits, call: call)
        } catch {
            // Nothing has run yet if the first was stale; it is forgotten by now, and will be prepared again.
            guard error.isStalePlan, error.statementIndex == 0, isOutside, isOpen else { throw error }
            return try attempt(statements, commits: commits, call: call)
        }
    }

    /// Begins a transaction behind a pooler: the session is any, so that its settings go along in the same round trip.
    private func attempt(
        _ statements: [SQL], after settings: SQL, commits: Bool, call: Call
    ) throws(PostgresError) -> [PostgresResult] {
        // BEGIN goes first: no level of isolation can be chosen after a query.
        let place = statements[0].text.hasPrefix("begin") ? 1 : 0
        var batch = statements
        batch.insert(settings, at: place)
        do throws(PostgresError) {
            var results = try attempt(batch, commits: commits, call: call)
            results.remove(at: place)
            return results
        } catch {
            var error = error
            // The caller counts its own statements.
            if let index = error.statementIndex, index > min(place, statements.count - 1) {
                error.statementIndex = index - 1
            }
            throw error
        }
    }

    private func attempt(
        _ statements: [SQL], commits: Bool, call: Call
    ) throws(PostgresError) -> [PostgresResult] {
        let slots = try send(statements, commits: commits)
        do {
            return try receive(slots, of: statements, commits: commits, call: call)
        } catch {
            if error.code == .protocolViolation { close() }
            throw error
        }
    }

    // MARK: Sending

    private func send(_ batch: [SQL], commits: Bool) throws(PostgresError) -> [Slot] {
        var slots: [Slot] = []
        slots.reserveCapacity(batch.count)
        for (index, statement) in batch.enumerated() {
            let key = StatementCache.Key(text: statement.text, types: statement.parameters.types)
            do throws(PostgresError) {
                try check(statement, key)
                try send(statement.parameters, key, index, &slots)
            } catch {
                // Some statements are on their way and cannot be called back.
                if !slots.isEmpty || error.code != .encoding { close() }
                let error = located(error, index, batch)
                // The server carries out what arrives, with or without the end of the pipeline.
                throw commits && index == batch.count - 1 && error.code != .encoding
                    ? .commitOutcomeUnknown(error) : error
            }
        }
        guard PQpipelineSync(connection) == 1 else {
            let error = lost()
            close()
            throw commits ? .commitOutcomeUnknown(error) : error
        }
        return slots
    }

    private func check(_ statement: SQL, _ key: StatementCache.Key) throws(PostgresError) {
        guard statement.parameters.count <= 65_535 else {
            throw PostgresError(
                code: .encoding,
                message: "a statement has \(statement.parameters.count) parameters; the limit is 65535: bind an array")
        }
        // libpq takes the text as a C string, which would end there.
        guard !key.text.utf8.contains(0) else {
            throw PostgresError(code: .encoding, message: "the text of a statement contains a zero byte")
        }
    }

    private func send(
        _ parameters: SQLParameters, _ key: StatementCache.Key, _ index: Int, _ slots: inout [Slot]
    ) throws(PostgresError) {
        let count = Int32(parameters.count)
        guard statements.capacity > 0 else {
            let sent = parameters.withArrays { values, lengths, formats in
                PQsendQueryParams(connection, key.text, count, key.types, values, lengths, formats, 1)
            }
            guard sent == 1 else { throw lost() }
            slots.append(.statement(index, key))
            return
        }
        let name: String
        if let known = statements.name(of: key) {
            name = known
        } else {
            name = statements.insert(key)
            guard PQsendPrepare(connection, name, key.text, count, key.types) == 1 else { throw lost() }
            slots.append(.preparation(key, statement: index))
        }
        let sent = parameters.withArrays { values, lengths, formats in
            PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        slots.append(.statement(index, key))
    }

    private func resetStatementsIfNeeded(_ call: Call) throws(PostgresError) {
        guard statements.abandoned >= 64, transactionStatus == PQTRANS_IDLE else { return }
        statements.removeAll()
        do throws(PostgresError) {
            guard PQsendQueryParams(connection, "deallocate all", 0, nil, nil, nil, nil, 1) == 1,
                PQpipelineSync(connection) == 1
            else { throw lost() }
            let slot = Slot.statement(0, StatementCache.Key(text: "", types: []))
            _ = try receive([slot], of: ["deallocate all"], commits: false, call: call)
        } catch {
            close()
            throw error
        }
    }

    // MARK: Receiving

    private func receive(
        _ slots: [Slot], of batch: [SQL], commits: Bool, call: Call
    ) throws(PostgresError) -> [PostgresResult] {
        var results: [PostgresResult] = []
        results.reserveCapacity(batch.count)
        var failure: PostgresError?
        for slot in slots {
            let index = slot.statementIndex
            do throws(PostgresError) {
                let answer = try answer(call)
                switch slot {
                case .preparation(let key, _):
                    if answer == nil { statements.forget(key) }
                case .statement:
                    if let answer { results.append(PostgresResult(storage: answer)) }
                }
            } catch {
                slot.forgetStatement(after: error, in: &statements)
                var error = located(interrupted(error), index, batch)
                guard isOpen else {
                    close()
                    // The server had not finished this statement when it spoke its last word; had it been the COMMIT,
                    // or had the server said nothing, the transaction may have been committed.
                    if commits, error.sqlstate == nil || index == batch.count - 1 {
                        error = .commitOutcomeUnknown(error)
                    }
                    throw error
                }
                if error.code == .protocolViolation { throw error }
                if failure == nil { failure = error }
            }
        }
        do throws(PostgresError) {
            try endOfPipeline(call)
        } catch {
            // Every statement was answered, the COMMIT too.
            close()
            if failure == nil, !commits { throw error }
        }
        if let failure { throw failure }
        if commits, results.last?.storage.command == "ROLLBACK" {
            throw PostgresError(
                code: .transactionAborted,
                message: "the transaction was rolled back, since one of its statements had failed before")
        }
        return results
    }

    /// Reads the answer to one statement; nil when the server skipped it because an earlier one failed.
    private func answer(_ call: Call) throws(PostgresError) -> ResultStorage? {
        guard let result = try nextResult(call) else {
            throw isOpen ? PostgresError(code: .protocolViolation, message: "a statement got no answer") : lost()
        }
        let status = PQresultStatus(result)
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            let storage = ResultStorage(result)
            try endOfAnswer(call)
            return storage
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            try endOfAnswer(call)
            return nil
        case PGRES_FATAL_ERROR:
            defer { PQclear(result) }
            let error = ServerMessage.error(of: result)
            if ServerMessage.isFatal(result) {
                // The server closes after that; the socket may not have told yet.
                close()
            } else if isOpen {
                try endOfAnswer(call)
            }
            throw error
        default:
            PQclear(result)
            throw PostgresError(
                code: .protocolViolation,
                message: "a statement was answered by \(String(cString: PQresStatus(status))); use copyIn and copyOut")
        }
    }

    private func endOfAnswer(_ call: Call) throws(PostgresError) {
        guard let extra = try nextResult(call) else { return }
        let status = String(cString: PQresStatus(PQresultStatus(extra)))
        PQclear(extra)
        throw isOpen
            ? PostgresError(code: .protocolViolation, message: "a statement had a second answer, \(status)") : lost()
    }

    private func endOfPipeline(_ call: Call) throws(PostgresError) {
        guard let result = try nextResult(call) else { throw lost() }
        let status = PQresultStatus(result)
        PQclear(result)
        guard status == PGRES_PIPELINE_SYNC else {
            throw PostgresError(code: .protocolViolation, message: "the pipeline did not end with its answers")
        }
    }

    /// Waits for the next result; nil at the end of an answer.
    func nextResult(_ call: Call) throws(PostgresError) -> OpaquePointer? {
        while true {
            let outputLeft = flush()
            // "PQisBusy returns 1 if … PQgetResult would block waiting for input."
            guard isOpen, PQisBusy(connection) == 1 else { return PQgetResult(connection) }
            try wait(call, forOutput: outputLeft)
        }
    }

    // MARK: Errors

    /// A cancellation that we asked for ourselves, in the words of the reason for it.
    func interrupted(_ error: PostgresError) -> PostgresError {
        guard let interruption, error.sqlstate == "57014" else { return error }
        var own = interruption.error("the server gave up the statement")
        own.sqlstate = error.sqlstate
        return own
    }

    private func located(_ error: PostgresError, _ index: Int, _ batch: [SQL]) -> PostgresError {
        var error = error.during(ServerMessage.excerpt(of: batch[index].text))
        error.statementIndex = index
        return error
    }
}

/// What one answer of a pipeline belongs to.
private enum Slot {
    case preparation(StatementCache.Key, statement: Int)
    case statement(Int, StatementCache.Key)

    var statementIndex: Int {
        switch self {
        case .preparation(_, let index), .statement(let index, _): index
        }
    }

    /// Keeps the cache true: what was not prepared, or does not fit any more, is prepared again at its next use.
    func forgetStatement(after error: PostgresError, in statements: inout StatementCache) {
        switch self {
        case .preparation(let key, _): statements.forget(key)
        case .statement(_, let key) where error.isStalePlan:
            // One that is gone went with all the others.
            if error.sqlstate == "26000" { statements.removeAll() } else { statements.forget(key) }
        case .statement: break
        }
    }
}

extension PostgresError {
    /// The error of a COMMIT whose answer did not come.
    static func commitOutcomeUnknown(_ cause: PostgresError) -> PostgresError {
        var error = PostgresError(
            code: .commitOutcomeUnknown,
            message: "COMMIT was sent and its answer was lost, so the transaction took effect or did not "
                + "(\(cause.code): \(cause.message))")
        error.operation = cause.operation
        return error
    }
}
