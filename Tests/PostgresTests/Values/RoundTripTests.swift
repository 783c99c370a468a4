import IntegrationSupport
import Postgres
import RandomSupport
import Testing

@Suite("Values there and back", .database, .timeLimit(.minutes(2)))
struct RoundTripTests {
    private func check<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ values: [Value], cast: String, on connection: PostgresConnection, seed: UInt64
    ) async throws {
        // The server's own type and text prove that it read the bytes as the value that was meant.
        for value in values {
            let row = try await connection.query("select \(value) as value, pg_typeof(\(value))::text as type").first
            #expect(try row?.decode("value", as: Value.self) == value, "seed \(seed)")
            #expect(try row?.decode("type", as: String.self) == cast, "seed \(seed)")
        }
        let arrays = try await connection.query(
            "select \(values) as plain, \(values.map { Optional($0) } + [nil]) as gaps, \([] as [Value]) as none")
        #expect(try arrays.first?.decode("plain", as: [Value].self) == values, "seed \(seed)")
        #expect(try arrays.first?.decode("gaps", as: [Value?].self) == values.map { Optional($0) } + [nil])
        #expect(try arrays.first?.decode("none", as: [Value].self) == [])
        #expect(throws: PostgresError.self) { try arrays.first?.decode("gaps", as: [Value].self) }
        let null = try await connection.query("select \(nil as Value?) as value")
        #expect(try null.first?.decode("value", as: Value?.self) == .some(nil))
        #expect(throws: PostgresError.self) { try null.first?.decode("value", as: Value.self) }
    }

    private func text(_ generator: inout SeededGenerator) -> String {
        let letters: [Unicode.Scalar] = ["a", "Z", "'", "\\", "\"", ",", "{", "é", "漢", "😀", "\u{1}", "\n"]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            if let letter = letters.randomElement(using: &generator) { text.append(letter) }
        }
        return String(text)
    }

    @Test("Every type comes back as it was sent, alone, in arrays and as NULL", arguments: UInt64(0)..<8)
    func roundTrip(seed: UInt64) async throws {
        let connection = try await PostgresConnection.connect(IntegrationSpace.required().database)
        var g = SeededGenerator(seed: seed)
        func some<Value>(_ edges: [Value], _ make: () -> Value) -> [Value] { edges + (0..<5).map { _ in make() } }
        try await check(
            some([.min, -1, 0, .max]) { Int.random(in: .min ... .max, using: &g) }, cast: "bigint", on: connection,
            seed: seed)
        try await check(
            some([.min, .max]) { Int64.random(in: -10...10, using: &g) }, cast: "bigint", on: connection, seed: seed)
        try await check(
            some([.min, .max]) { Int32.random(in: .min ... .max, using: &g) }, cast: "integer", on: connection,
            seed: seed)
        try await check(
            some([.min, .max]) { Int16.random(in: .min ... .max, using: &g) }, cast: "smallint", on: connection,
            seed: seed)
        try await check([true, false], cast: "boolean", on: connection, seed: seed)
        try await check(
            some([0, -0.5, .infinity, .leastNonzeroMagnitude]) { Double.random(in: -1e300...1e300, using: &g) },
            cast: "double precision", on: connection, seed: seed)
        try await check(some([""]) { text(&g) }, cast: "text", on: connection, seed: seed)
        try await check(
            some([[]]) { (0..<Int.random(in: 0...40, using: &g)).map { _ in UInt8.random(in: 0...255, using: &g) } },
            cast: "bytea", on: connection, seed: seed)
        try await check(
            some([PostgresUUID(high: 0, low: 0)]) { PostgresUUID(high: g.next(), low: g.next()) }, cast: "uuid",
            on: connection, seed: seed)
        try await check(
            some([.distantPast, .distantFuture, PostgresTimestamp(microseconds: 0)]) {
                PostgresTimestamp(
                    microseconds: .random(in: -60_000_000_000_000_000...60_000_000_000_000_000, using: &g))
            }, cast: "timestamp with time zone", on: connection, seed: seed)
        try await check(
            some([PostgresDate(days: 0)]) { PostgresDate(days: .random(in: -700_000...2_000_000, using: &g)) },
            cast: "date", on: connection, seed: seed)
        await connection.close()
    }

    @Test("The server reads values as they are meant")
    func serverAgrees() async throws {
        let connection = try await PostgresConnection.connect(IntegrationSpace.required().database)
        let row = try await connection.query(
            """
            select \(PostgresTimestamp(microseconds: 1_700_000_000_123_456))::text as instant,
                \(PostgresDate(days: 19_675))::text as day,
                \(PostgresUUID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210))::text as id,
                \(PostgresUUID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)) as uuid,
                \([0x00, 0xff] as [UInt8])::text as bytes,
                \(PostgresJSON(Array(#"{"a": [1, null]}"#.utf8))) -> 'a' as json,
                \([[1, 2], [], nil] as [[UInt8]?])::text as list
            """)[0]
        #expect(try row.decode("instant", as: String.self) == "2023-11-14 22:13:20.123456+00")
        #expect(try row.decode("day", as: String.self) == "2023-11-14")
        #expect(try row.decode("id", as: String.self) == "01234567-89ab-cdef-fedc-ba9876543210")
        #expect(try row.decode("uuid", as: String.self) == "01234567-89ab-cdef-fedc-ba9876543210")
        #expect(try row.decode("bytes", as: String.self) == "\\x00ff")
        #expect(try row.decode("json", as: PostgresJSON.self).bytes == Array("[1, null]".utf8))
        #expect(try row.decode("json", as: String.self) == "[1, null]")
        #expect(try row.decode("list", as: String.self) == #"{"\\x0102","\\x",NULL}"#)
        await connection.close()
    }

    @Test(
        "A numeric is read as decimal text",
        arguments: [
            "0", "1", "-1", "10000", "123456789012345678901234567890", "0.1", "-0.0001", "1.50", "0.00000001",
            "10000.0001", "NaN", "1e20", "-99999999999.99999", "0.000000000000000000010", "12345678",
        ])
    func readsNumeric(text: String) async throws {
        let connection = try await PostgresConnection.connect(IntegrationSpace.required().database)
        let row = try await connection.query("select \(text)::text::numeric as n, \(text)::text::numeric::text as t")[0]
        #expect(try row.decode("n", as: String.self) == row.decode("t", as: String.self))
        await connection.close()
    }

    @Test("Sums, enumerations, names and void can be read")
    func readsOthers() async throws {
        let connection = try await PostgresConnection.connect(IntegrationSpace.required().database)
        try await connection.execute("create type mood as enum ('fine', 'bad')")
        let row = try await connection.query(
            """
            select sum(n) as total, avg(n) as mean, 'bad'::mood as mood, current_schema() as schema,
                'x'::varchar as short, null::text as nothing, pg_sleep(0) as void, 1.5::real as real,
                '2000-01-02'::timestamp as local, 7::oid as oid, array['a', null]::varchar[] as list
            from generate_series(1::bigint, 4) as n
            """)[0]
        #expect(try row.decode("total", as: Int.self) == 10)
        #expect(try row.decode("mean", as: Double.self) == 2.5)
        #expect(throws: PostgresError.self) { try row.decode("mean", as: Int.self) }
        #expect(try row.decode("mood", as: String.self) == "bad")
        #expect(try row.decode("schema", as: String.self) == IntegrationSpace.required().prefix)
        #expect(try row.decode("short", as: String.self) == "x")
        #expect(try row.decode("nothing", as: String?.self) == nil)
        #expect(try row.decode("void", as: String.self) == "")
        #expect(try row.decode("real", as: Double.self) == 1.5)
        #expect(try row.decode("local", as: PostgresTimestamp.self).microseconds == 946_771_200_000_000)
        #expect(try row.decode("oid", as: Int.self) == 7)
        #expect(try row.decode("list", as: [String?].self) == ["a", nil])
        #expect(try row[0, as: Int.self] == 10)
        await connection.close()
    }

    @Test("An error of decoding names the column")
    func namesColumn() async throws {
        let connection = try await PostgresConnection.connect(IntegrationSpace.required().database)
        let result = try await connection.query("select 'x' as title, 1 as n")
        let error = #expect(throws: PostgresError.self) { try result[0].decode("title", as: Int.self) }
        #expect(error?.column == "title")
        #expect(error?.message == "column title: found text where an integer was expected")
        let missing = #expect(throws: PostgresError.self) { try result[0].decode("titel", as: String.self) }
        #expect(missing?.message == "the result has no column titel; it has title, n")
        #expect(throws: PostgresError.self) { try result[0][5, as: Int.self] }
        #expect(result[0].withBytes(0) { $0.map { [UInt8]($0) } } == Array("x".utf8))
        await connection.close()
    }
}
