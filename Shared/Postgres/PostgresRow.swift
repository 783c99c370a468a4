/// One row of a result.
public struct PostgresRow: Sendable {
    let storage: ResultStorage
    let row: Int32

    /// Reads the column of that name.
    ///
    /// - Throws: `PostgresError` with code `.decoding` that names the column, when there is none of that name or the
    ///   value is not what was asked for.
    public func decode<Value: PostgresDecodable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try read(storage.column(name))
    }

    /// Reads the column at a position, from 0.
    public subscript<Value: PostgresDecodable>(column: Int, as type: Value.Type) -> Value {
        get throws(PostgresError) {
            try read(column)
        }
    }

    /// Lends the bytes of a value, nil for NULL, without copying them; for codecs that read in place.
    public func withBytes<Result, Failure: Error>(
        _ column: Int, _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(storage.columns.indices.contains(column), "column \(column) of \(storage.columns.count)")
        defer { withExtendedLifetime(storage) {} }
        return try body(storage.value(row: row, column: column))
    }

    private func read<Value: PostgresDecodable>(_ column: Int) throws(PostgresError) -> Value {
        guard storage.columns.indices.contains(column) else {
            throw .decoding("the result has \(storage.columns.count) columns, none at position \(column)")
        }
        defer { withExtendedLifetime(storage) {} }
        do throws(PostgresError) {
            guard let bytes = storage.value(row: row, column: column) else { return try Value.postgresNull() }
            return try Value(postgres: bytes, type: storage.columns[column].type)
        } catch {
            var error = error
            error.column = storage.columns[column].name
            error.message = "column \(storage.columns[column].name): \(error.message)"
            throw error
        }
    }
}
