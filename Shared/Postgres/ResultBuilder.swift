internal import CLibPQ

/// Collects the rows of a binary COPY into a result like that of a query.
///
/// libpq offers this for programs that make results of their own: `PQmakeEmptyPGresult`, `PQsetResultAttrs`,
/// `PQsetvalue`.
final class ResultBuilder {
    private let columns: [ResultStorage.Column]
    private var result: OpaquePointer?
    private(set) var count: Int32 = 0
    private var sawHeader = false

    init(columns: [ResultStorage.Column]) {
        self.columns = columns
    }

    deinit {
        PQclear(result)
    }

    /// Adds one piece of the COPY: the first has the file header before its row, the last is the trailer.
    func add(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        var reader = WireReader(bytes)
        if !sawHeader {
            // Signature of 11 bytes, flags, and the length of an extension.
            for _ in 0..<11 { _ = try reader.integer(UInt8.self) }
            _ = try reader.integer(Int32.self)
            for _ in 0..<max(try reader.integer(Int32.self), 0) { _ = try reader.integer(UInt8.self) }
            sawHeader = true
            if reader.isAtEnd { return }
        }
        let fields = try reader.integer(Int16.self)
        // −1 is the trailer.
        guard fields >= 0 else { return }
        guard Int(fields) == columns.count else {
            throw .decoding("a row of the COPY has \(fields) fields for \(columns.count) columns")
        }
        let row = try open()
        for column in 0..<Int32(fields) {
            let field = try reader.field()
            let value = field?.baseAddress.map {
                UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: CChar.self)
            }
            // A missing address with a length of zero would be NULL, which an empty value is not.
            let length = field.map { Int32($0.count) } ?? -1
            guard PQsetvalue(row, count, column, value, length) == 1 else { throw Self.outOfMemory() }
        }
        count += 1
    }

    /// Hands over the rows collected so far.
    func take() throws(PostgresError) -> PostgresResult {
        let taken = try open()
        result = nil
        count = 0
        return PostgresResult(storage: ResultStorage(taken))
    }

    private func open() throws(PostgresError) -> OpaquePointer {
        if let result { return result }
        guard let empty = PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK) else { throw Self.outOfMemory() }
        result = empty
        let names = columns.map { Array($0.name.utf8CString) }
        var attributes = columns.map { column in
            PGresAttDesc(
                name: nil, tableid: 0, columnid: 0, format: 1, typid: column.type.rawValue, typlen: -1, atttypmod: -1)
        }
        let done = withPointers(to: names) { pointers in
            for (index, pointer) in pointers.enumerated() { attributes[index].name = pointer }
            return PQsetResultAttrs(empty, Int32(attributes.count), &attributes)
        }
        guard done == 1 else { throw Self.outOfMemory() }
        return empty
    }

    private func withPointers<Result>(
        to names: [[CChar]], _ body: ([UnsafeMutablePointer<CChar>]) -> Result
    ) -> Result {
        let copies = names.map { name in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: name.count)
            copy.initialize(from: name, count: name.count)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        return body(copies)
    }

    private static func outOfMemory() -> PostgresError {
        PostgresError(code: .decoding, message: "no memory for the rows of a COPY")
    }
}
