extension PostgresConnection {
    /// Writes rows into a table by a binary COPY.
    ///
    /// Rows are taken from the sequence as the socket takes them, so that memory does not grow with their number; the
    /// sequence is iterated on the connection's thread and must not wait. Each row has one value for each column, in
    /// that order. Integers are fitted to the column; any other type must be the column's own.
    ///
    /// - Parameter table: trusted text, with a schema if it needs one.
    /// - Returns: the number of rows. All of them are written or, if it throws, none.
    @discardableResult
    public func copyIn(
        table: String, columns: [String], rows: some Sequence<[any PostgresEncodable]> & Sendable,
        timeout: Duration? = nil
    ) async throws -> Int {
        let names = columns.map(SQL.quoted).joined(separator: ", ")
        return try await perform(timeout) { handle, call throws(PostgresError) in
            let shape = try handle.columns(of: "select \(names) from \(table)", call: call)
            return try handle.copyIn(
                table: table, columns: shape.map { CopyColumn(name: $0.name, type: $0.type) }, rows: rows, call: call)
        }
    }

    /// Reads the rows of a query by a binary COPY, some at a time.
    ///
    /// The next rows are read when the body has dealt with the last; so memory is bounded by the batch, and the server
    /// waits. Nothing else can use the connection meanwhile. If the body throws, the rest is not read.
    ///
    /// - Parameters:
    ///   - query: a `select` without parameters, since COPY takes none.
    ///   - timeout: for each batch, without the time of the body.
    public func copyOut(
        _ query: SQL, batchSize: Int = 1000, timeout: Duration? = nil,
        _ body: @Sendable (PostgresResult) async throws -> Void
    ) async throws {
        guard query.parameters.count == 0 else {
            throw PostgresError(code: .encoding, message: "COPY takes no parameters; use a cursor or query(_:)")
        }
        let text = query.text
        let builder = ResultBuilder(
            columns: try await perform(timeout) { handle, call throws(PostgresError) in
                let columns = try handle.columns(of: text, call: call)
                try handle.startCopyOut(text, call: call)
                return columns
            })
        isCopying = true
        defer { isCopying = false }
        do {
            while let batch = try await nextBatch(of: builder, size: max(batchSize, 1), timeout) {
                try await body(batch)
            }
        } catch {
            let call = makeCall(timeout)
            try? run(call, duringCopy: true) { handle, call throws(PostgresError) in handle.abandonCopyOut(call) }
            throw error
        }
    }

    private func nextBatch(
        of builder: ResultBuilder, size: Int, _ timeout: Duration?
    ) async throws -> PostgresResult? {
        let call = makeCall(timeout)
        return try await withTaskCancellationHandler {
            try run(call, duringCopy: true) { handle, call throws(PostgresError) in
                while Int(builder.count) < size, let piece = try handle.nextCopyData(call) {
                    try builder.add(piece.bytes)
                }
                return builder.count > 0 ? try builder.take() : nil
            }
        } onCancel: {
            call.cancel()
        }
    }
}
