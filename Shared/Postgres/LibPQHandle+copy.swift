internal import CLibPQ
internal import Logging

extension LibPQHandle {
    // Large enough that the socket decides the pace, small enough that memory does not follow the number of rows.
    private static let chunkSize = 65_536
    // The signature, no flags, no header extension.
    private static let copyHeader: [UInt8] = [
        0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
    ]

    /// Writes rows by a binary COPY; gives their number.
    func copyIn(
        table: String, columns: [CopyColumn], rows: some Sequence<[any PostgresEncodable]>, call: Call
    ) throws(PostgresError) -> Int {
        try begin(call)
        defer { finish() }
        try leavePipeline()
        let names = columns.map { SQL.quoted($0.name) }.joined(separator: ", ")
        try startCopy("copy \(table) (\(names)) from stdin (format binary)", expecting: PGRES_COPY_IN, call: call)
        let written: Int
        do throws(PostgresError) {
            written = try send(rows, columns, call: call)
        } catch {
            try endCopyIn(failing: "the client gave up", call: call)
            throw error
        }
        try endCopyIn(failing: nil, call: call)
        return written
    }

    private func send(
        _ rows: some Sequence<[any PostgresEncodable]>, _ columns: [CopyColumn], call: Call
    ) throws(PostgresError) -> Int {
        var chunk = Self.copyHeader
        chunk.reserveCapacity(Self.chunkSize * 2)
        var count = 0
        for row in rows {
            guard row.count == columns.count else {
                throw PostgresError(
                    code: .encoding, message: "row \(count) has \(row.count) values for \(columns.count) columns")
            }
            chunk.appendBigEndian(Int16(clamping: columns.count))
            for (value, column) in zip(row, columns) {
                do throws(PostgresError) {
                    try column.append(value, to: &chunk)
                } catch {
                    var error = error
                    error.message = "row \(count): \(error.message)"
                    throw error
                }
            }
            count += 1
            if chunk.count >= Self.chunkSize { try put(&chunk, call: call) }
        }
        chunk.appendBigEndian(Int16(-1))
        try put(&chunk, call: call)
        return count
    }

    private func put(_ chunk: inout [UInt8], call: Call) throws(PostgresError) {
        while true {
            let taken = chunk.withUnsafeBytes { bytes in
                PQputCopyData(connection, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
            }
            guard taken >= 0 else { throw lost() }
            // Zero: the buffer is full and could not be enlarged.
            if taken == 1 { break }
            try wait(call, forOutput: true)
        }
        chunk.removeAll(keepingCapacity: true)
        while flush() {
            try wait(call, forOutput: true)
            // The server's refusal ends it at once; it comes out as the result.
            if interruption != nil || !isOpen { break }
        }
        if let interruption { throw interruption.error("the COPY was given up") }
    }

    private func endCopyIn(failing reason: String?, call: Call) throws(PostgresError) {
        guard isOpen else { throw lost() }
        while true {
            let taken = PQputCopyEnd(connection, reason)
            guard taken >= 0 else {
                let error = lost()
                close()
                throw error
            }
            if taken == 1 { break }
            try wait(call, forOutput: true)
        }
        let failure = try drain(call)
        try enterPipeline()
        // What the server says of our own giving up is no news.
        if reason == nil, let failure { throw interrupted(failure) }
    }

    private func startCopy(_ text: String, expecting status: ExecStatusType, call: Call) throws(PostgresError) {
        guard PQsendQuery(connection, text) == 1 else {
            let error = lost()
            close()
            throw error
        }
        guard let result = try nextResult(call) else { throw lost() }
        defer { PQclear(result) }
        guard PQresultStatus(result) == status else {
            let error = ServerMessage.error(of: result)
            _ = try drain(call)
            try enterPipeline()
            throw interrupted(error).during(ServerMessage.excerpt(of: text))
        }
    }

    /// The names and types of the columns of a query.
    func columns(of query: String, call: Call) throws(PostgresError) -> [ResultStorage.Column] {
        let statement = SQL(raw: "select * from (\(query)) as rows limit 0")
        return try pipeline([statement], commits: false, call: call).first?.storage.columns ?? []
    }

    // MARK: Out

    /// Starts a binary COPY of a query's rows.
    func startCopyOut(_ query: String, call: Call) throws(PostgresError) {
        try begin(call)
        try leavePipeline()
        try startCopy("copy (\(query)) to stdout (format binary)", expecting: PGRES_COPY_OUT, call: call)
        isCopyingOut = true
    }

    /// Gives the next piece of the COPY, which is one row or the header or the trailer; nil at its end.
    func nextCopyData(_ call: Call) throws(PostgresError) -> CopyData? {
        while true {
            var start: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(connection, &start, 1)
            if length > 0, let start { return CopyData(start: start, count: Int(length)) }
            if length == 0 {
                try wait(call, forOutput: flush())
                guard isOpen else { throw lost() }
                continue
            }
            isCopyingOut = false
            let failure = try drain(call)
            try enterPipeline()
            finish()
            if let failure { throw interrupted(failure) }
            return nil
        }
    }

    /// Ends a COPY whose rest is not wanted, or the connection if the server does not stop in time.
    func abandonCopyOut(_ call: Call) {
        guard isCopyingOut else { return }
        call.cancel()
        do throws(PostgresError) {
            while try nextCopyData(call) != nil {}
        } catch {
            logger.debug("a COPY was abandoned", metadata: ["error": "\(error)"])
        }
    }
}

/// One piece of a COPY, as libpq allocated it.
struct CopyData: ~Copyable {
    private let start: UnsafeMutablePointer<CChar>
    private let count: Int

    fileprivate init(start: UnsafeMutablePointer<CChar>, count: Int) {
        self.start = start
        self.count = count
    }

    deinit {
        PQfreemem(start)
    }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: count)
    }
}
