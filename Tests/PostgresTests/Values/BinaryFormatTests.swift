import RandomSupport
import Testing

@testable import Postgres

@Suite("Values in the binary format")
struct BinaryFormatTests {
    private func bytes(_ value: some PostgresEncodable) -> [UInt8] {
        var buffer: [UInt8] = []
        value.encode(into: &buffer)
        return buffer
    }

    private func decode<Value: PostgresDecodable>(
        _ bytes: [UInt8], _ type: PostgresType, as: Value.Type = Value.self
    ) throws -> Value {
        try bytes.withUnsafeBytes { try Value(postgres: $0, type: type) }
    }

    @Test("An array states its dimensions, NULLs and element type")
    func encodesArray() {
        #expect(
            bytes([1, nil] as [Int16?]) == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1,
                0, 0, 0, 2, 0, 1, 255, 255, 255, 255,
            ])
        #expect(bytes([] as [Int16]) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21])
        #expect([[UInt8]].postgresType == PostgresType.bytea.array)
        #expect([UInt8].postgresType == .bytea)
        #expect([PostgresUUID?].postgresType == PostgresType.uuid.array)
    }

    @Test("An instant counts from 2000 on the wire, and infinity stays infinite")
    func encodesInstants() throws {
        #expect(bytes(PostgresTimestamp(microseconds: 946_684_800_000_001)) == [0, 0, 0, 0, 0, 0, 0, 1])
        for instant in [PostgresTimestamp.distantFuture, .distantPast] {
            #expect(try decode(bytes(instant), .timestamptz) == instant)
        }
        #expect(
            try decode(bytes(PostgresTimestamp(microseconds: .min + 1)), .timestamptz) == PostgresTimestamp.distantPast)
    }

    @Test("A damaged value is refused instead of being read past its end", arguments: UInt64(0)..<50)
    func refusesDamage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var damaged = bytes(["alpha", nil, "gamma", ""] as [String?])
        if Bool.random(using: &generator) {
            damaged.removeLast(Int.random(in: 1..<damaged.count, using: &generator))
        } else {
            for _ in 0..<3 {
                damaged[Int.random(in: 0..<20, using: &generator)] = .random(in: 0...255, using: &generator)
            }
        }
        // Whether it is refused depends on the damage; that it ends without a trap is the point.
        _ = try? decode(damaged, PostgresType.text.array, as: [String?].self)
    }

    @Test("A value of another type is refused, and the error names both")
    func refusesOtherTypes() {
        let error = #expect(throws: PostgresError.self) { try decode([1], .bool, as: Int.self) }
        #expect(error?.code == .decoding)
        #expect(error?.message == "found boolean where an integer was expected")
        #expect(throws: PostgresError.self) { try decode([0, 0, 0, 1], .int4, as: PostgresUUID.self) }
        #expect(throws: PostgresError.self) { try decode([255, 254], .text, as: String.self) }
        #expect(throws: PostgresError.self) { try decode([0, 0, 1], .int4, as: Int.self) }
        #expect(throws: PostgresError.self) { try decode([1, 0], .int2, as: UInt8.self) }
        #expect(throws: PostgresError.self) { try decode([2, 123, 125], .jsonb, as: PostgresJSON.self) }
    }

    @Test("A column of a COPY takes an integer that fits and refuses one that does not")
    func fitsIntegers() throws {
        let column = CopyColumn(name: "n", type: .int4)
        var buffer: [UInt8] = []
        try column.append(-2, to: &buffer)
        try column.append(Int16(3), to: &buffer)
        try column.append(nil as Int?, to: &buffer)
        #expect(buffer == [0, 0, 0, 4, 255, 255, 255, 254, 0, 0, 0, 4, 0, 0, 0, 3, 255, 255, 255, 255])
        let error = #expect(throws: PostgresError.self) { try column.append(Int64(1) << 31, to: &buffer) }
        #expect(error?.message == "column n is integer, and a value is too large for it")
        #expect(throws: PostgresError.self) { try column.append("1", to: &buffer) }
    }

    @Test("Types are named as SQL names them")
    func namesTypes() {
        #expect("\(PostgresType.int8)" == "bigint")
        #expect("\(PostgresType.uuid.array)" == "uuid[]")
        #expect("\(PostgresType(rawValue: 99_999))" == "type 99999")
    }
}
