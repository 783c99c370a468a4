internal import CRabbitMQ
internal import Messaging

/// Puts the frames of one message together: method, header, then as many body frames as its size needs.
struct MessageAssembly {
    private enum Kind {
        case delivery(tag: UInt64, redelivered: Bool, exchange: String, routingKey: String)
        case returned(code: Int, reason: String)
    }

    private var kind: Kind?
    private var id = ""
    private var contentType = ""
    private var headers: [String: String] = [:]
    private var body: [UInt8] = []
    private var missing = 0

    mutating func reset() {
        self = MessageAssembly()
    }

    mutating func begin(_ deliver: amqp_basic_deliver_t) {
        kind = .delivery(
            tag: deliver.delivery_tag, redelivered: deliver.redelivered != 0, exchange: String(deliver.exchange),
            routingKey: String(deliver.routing_key))
    }

    mutating func begin(_ returned: amqp_basic_return_t) {
        kind = .returned(code: Int(returned.reply_code), reason: String(returned.reply_text))
    }

    mutating func add(header properties: amqp_basic_properties_t, bodySize: UInt64) -> AMQPEvent? {
        guard let kind else { return nil }
        let flags = Int32(bitPattern: properties._flags)
        if flags & AMQP_BASIC_MESSAGE_ID_FLAG != 0 { id = String(properties.message_id) }
        missing = Int(clamping: bodySize)
        // Of a returned message only the id is wanted.
        if case .delivery = kind {
            if flags & AMQP_BASIC_CONTENT_TYPE_FLAG != 0 { contentType = String(properties.content_type) }
            if flags & AMQP_BASIC_HEADERS_FLAG != 0 { headers = AMQPHeaders.text(properties.headers) }
            // The size is the sender's claim; the frames that come decide what is really needed.
            body.reserveCapacity(min(missing, 1 << 20))
        }
        return missing == 0 ? finish() : nil
    }

    mutating func add(body fragment: amqp_bytes_t) -> AMQPEvent? {
        guard let kind else { return nil }
        if case .delivery = kind, let start = fragment.bytes {
            body.append(contentsOf: UnsafeRawBufferPointer(start: start, count: fragment.len))
        }
        missing -= fragment.len
        return missing <= 0 ? finish() : nil
    }

    private mutating func finish() -> AMQPEvent? {
        defer { reset() }
        switch kind {
        case .delivery(let tag, let redelivered, let exchange, let routingKey):
            return .delivered(
                IncomingMessage(
                    id: id, exchange: exchange, routingKey: routingKey, headers: headers, contentType: contentType,
                    body: body, redelivered: redelivered, token: DeliveryToken(epoch: 0, tag: tag)))
        case .returned(let code, let reason):
            return .returned(id: id, code: code, reason: reason)
        case nil:
            return nil
        }
    }
}
