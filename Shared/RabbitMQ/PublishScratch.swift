internal import CRabbitMQ
internal import Messaging

/// Lays the texts of one message out in one reused buffer, so that a publish allocates nothing.
struct PublishScratch {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var entries: [amqp_table_entry_t] = []

    /// Lends the message to the library for the length of one call.
    mutating func withMessage<Result>(
        _ message: OutgoingMessage,
        _ body: (_ exchange: amqp_bytes_t, _ key: amqp_bytes_t, inout amqp_basic_properties_t, amqp_bytes_t) -> Result
    ) -> Result {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        add(message.exchange)
        add(message.routingKey)
        add(message.id)
        add(message.contentType)
        for (name, value) in message.headers {
            add(name)
            add(value)
        }
        entries.removeAll(keepingCapacity: true)
        entries.append(contentsOf: repeatElement(amqp_table_entry_t(), count: message.headers.count))
        let ends = ends
        return bytes.withUnsafeMutableBytes { buffer in
            func text(_ index: Int) -> amqp_bytes_t {
                let start = index == 0 ? 0 : ends[index - 1]
                return amqp_bytes_t(len: ends[index] - start, bytes: buffer.baseAddress.map { $0 + start })
            }
            return entries.withUnsafeMutableBufferPointer { entries in
                for index in entries.indices {
                    entries[index].key = text(4 + 2 * index)
                    entries[index].value.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
                    entries[index].value.value.bytes = text(5 + 2 * index)
                }
                var properties = amqp_basic_properties_t()
                properties._flags = Self.flags
                properties.delivery_mode = UInt8(AMQP_DELIVERY_PERSISTENT.rawValue)
                properties.message_id = text(2)
                properties.content_type = text(3)
                properties.headers = amqp_table_t(num_entries: Int32(entries.count), entries: entries.baseAddress)
                return message.body.withUnsafeBytes { content in
                    // The library only reads the body; its type has no const.
                    let content = amqp_bytes_t(
                        len: content.count, bytes: UnsafeMutableRawPointer(mutating: content.baseAddress))
                    return body(text(0), text(1), &properties, content)
                }
            }
        }
    }

    private static let flags = amqp_flags_t(
        AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG
            | AMQP_BASIC_HEADERS_FLAG)

    private mutating func add(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }
}
