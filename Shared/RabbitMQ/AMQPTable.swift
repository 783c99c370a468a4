internal import CRabbitMQ

/// Builds a table of arguments that lives for the length of one call.
///
/// The texts are copied into one buffer, so that the entries' pointers stay valid while the library encodes them.
struct AMQPTable {
    enum Value {
        case text(String)
        case number(Int64)
        case flag(Bool)
        case table([(String, Value)])
    }

    private let pairs: [(String, Value)]

    init(_ pairs: [(String, Value)]) {
        self.pairs = pairs
    }

    func withTable<Result>(_ body: (amqp_table_t) -> Result) -> Result {
        var pool = amqp_pool_t()
        init_amqp_pool(&pool, 4096)
        defer { empty_amqp_pool(&pool) }
        return body(Self.table(pairs, &pool))
    }

    private static func table(_ pairs: [(String, Value)], _ pool: inout amqp_pool_t) -> amqp_table_t {
        let size = MemoryLayout<amqp_table_entry_t>.stride * max(1, pairs.count)
        guard let memory = amqp_pool_alloc(&pool, size) else { return amqp_empty_table }
        let entries = memory.bindMemory(to: amqp_table_entry_t.self, capacity: pairs.count)
        for (index, (key, value)) in pairs.enumerated() {
            entries[index] = amqp_table_entry_t(key: copy(key, &pool), value: field(value, &pool))
        }
        return amqp_table_t(num_entries: Int32(pairs.count), entries: entries)
    }

    private static func field(_ value: Value, _ pool: inout amqp_pool_t) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .text(let text):
            field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            field.value.bytes = copy(text, &pool)
        case .number(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            field.value.i64 = number
        case .flag(let flag):
            field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            field.value.boolean = flag ? 1 : 0
        case .table(let pairs):
            field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            field.value.table = table(pairs, &pool)
        }
        return field
    }

    private static func copy(_ text: String, _ pool: inout amqp_pool_t) -> amqp_bytes_t {
        var bytes = amqp_bytes_t()
        amqp_pool_alloc_bytes(&pool, max(1, text.utf8.count), &bytes)
        guard let start = bytes.bytes else { return amqp_empty_bytes }
        text.withAMQPBytes { source in
            if let from = source.bytes { start.copyMemory(from: from, byteCount: source.len) }
        }
        bytes.len = text.utf8.count
        return bytes
    }
}
