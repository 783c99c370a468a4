internal import CLibPQ

/// The rows that a statement returned, and how many it touched.
///
/// Values stay in the server's binary format until they are asked for; copies share one buffer.
public struct PostgresResult: Sendable {
    let storage: ResultStorage

    /// How many rows a statement inserted, updated, deleted, copied or returned.
    public var affected: Int {
        storage.affected
    }

    /// The names of the columns, in order.
    public var columns: [String] {
        storage.columns.map(\.name)
    }

    /// The position of a column, for loops over many rows.
    ///
    /// - Throws: `PostgresError` with code `.decoding` when there is none of that name.
    public func column(_ name: String) throws(PostgresError) -> Int {
        try storage.column(name)
    }
}

extension PostgresResult: RandomAccessCollection {
    /// Zero.
    public var startIndex: Int { 0 }

    /// The number of rows.
    public var endIndex: Int { storage.rowCount }

    /// The row at a position.
    public subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < storage.rowCount, "row \(position) of \(storage.rowCount)")
        return PostgresRow(storage: storage, row: Int32(truncatingIfNeeded: position))
    }
}

/// Owns one `PGresult`.
///
/// Unchecked, since the manual says: "PGresult objects are normally read-only after creation, and so can be passed
/// around freely between threads." It is not written after `init`, and freed once.
final class ResultStorage: @unchecked Sendable {
    struct Column {
        var name: String
        var type: PostgresType
    }

    private let result: OpaquePointer
    let rowCount: Int
    let columns: [Column]

    /// Takes ownership of `result`.
    init(_ result: OpaquePointer) {
        self.result = result
        rowCount = Int(PQntuples(result))
        columns = (0..<PQnfields(result)).map { index in
            Column(name: String(cString: PQfname(result, index)), type: PostgresType(rawValue: PQftype(result, index)))
        }
    }

    deinit {
        PQclear(result)
    }

    var affected: Int {
        Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    /// The command that ran, such as `COMMIT`.
    var command: String {
        String(cString: PQcmdStatus(result))
    }

    func column(_ name: String) throws(PostgresError) -> Int {
        guard let index = columns.firstIndex(where: { $0.name == name }) else {
            let names = columns.map(\.name).joined(separator: ", ")
            throw .decoding("the result has no column \(name); it has \(names)")
        }
        return index
    }

    /// The bytes of a value, nil for NULL; valid while the storage lives.
    func value(row: Int32, column: Int) -> UnsafeRawBufferPointer? {
        let column = Int32(truncatingIfNeeded: column)
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
    }
}
