internal import CRabbitMQ

/// Renders the headers of a message as text: scalars as they are, nested tables and lists as JSON with sorted keys.
enum AMQPHeaders {
    static func text(_ table: amqp_table_t) -> [String: String] {
        var headers: [String: String] = [:]
        headers.reserveCapacity(Int(table.num_entries))
        for index in 0..<Int(table.num_entries) {
            let entry = table.entries[index]
            headers[String(entry.key)] = text(entry.value)
        }
        return headers
    }

    private static func text(_ value: amqp_field_value_t) -> String {
        switch kind(value) {
        case AMQP_FIELD_KIND_UTF8, AMQP_FIELD_KIND_BYTES: return String(value.value.bytes)
        case AMQP_FIELD_KIND_VOID: return ""
        default:
            var json = ""
            append(value, to: &json)
            return json
        }
    }

    private static func kind(_ value: amqp_field_value_t) -> amqp_field_value_kind_t {
        amqp_field_value_kind_t(rawValue: UInt32(value.kind))
    }

    private static func append(_ value: amqp_field_value_t, to json: inout String) {
        switch kind(value) {
        case AMQP_FIELD_KIND_BOOLEAN: json += value.value.boolean != 0 ? "true" : "false"
        case AMQP_FIELD_KIND_I8: json += String(value.value.i8)
        case AMQP_FIELD_KIND_U8: json += String(value.value.u8)
        case AMQP_FIELD_KIND_I16: json += String(value.value.i16)
        case AMQP_FIELD_KIND_U16: json += String(value.value.u16)
        case AMQP_FIELD_KIND_I32: json += String(value.value.i32)
        case AMQP_FIELD_KIND_U32: json += String(value.value.u32)
        case AMQP_FIELD_KIND_I64: json += String(value.value.i64)
        case AMQP_FIELD_KIND_U64, AMQP_FIELD_KIND_TIMESTAMP: json += String(value.value.u64)
        case AMQP_FIELD_KIND_F32: append(Double(value.value.f32), to: &json)
        case AMQP_FIELD_KIND_F64: append(value.value.f64, to: &json)
        case AMQP_FIELD_KIND_DECIMAL: json += "\(value.value.decimal.value)e-\(value.value.decimal.decimals)"
        case AMQP_FIELD_KIND_UTF8, AMQP_FIELD_KIND_BYTES: append(quoted: String(value.value.bytes), to: &json)
        case AMQP_FIELD_KIND_ARRAY: append(value.value.array, to: &json)
        case AMQP_FIELD_KIND_TABLE: append(value.value.table, to: &json)
        default: json += "null"
        }
    }

    private static func append(_ number: Double, to json: inout String) {
        json += number.isFinite ? String(number) : "null"
    }

    private static func append(_ array: amqp_array_t, to json: inout String) {
        json += "["
        for index in 0..<Int(array.num_entries) {
            if index > 0 { json += "," }
            append(array.entries[index], to: &json)
        }
        json += "]"
    }

    private static func append(_ table: amqp_table_t, to json: inout String) {
        let pairs = (0..<Int(table.num_entries))
            .map { (String(table.entries[$0].key), table.entries[$0].value) }
            .sorted { $0.0 < $1.0 }
        json += "{"
        for (index, (key, value)) in pairs.enumerated() {
            if index > 0 { json += "," }
            append(quoted: key, to: &json)
            json += ":"
            append(value, to: &json)
        }
        json += "}"
    }

    private static func append(quoted text: String, to json: inout String) {
        json += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        json += "\""
    }
}
