internal import CRabbitMQ

extension AMQPHandle {
    /// Reads on until something has happened; nil when nothing more has arrived.
    ///
    /// Never blocks. It also sends the heartbeats that are due and notices a peer that has fallen silent, so it is
    /// called at least twice per heartbeat interval.
    func nextEvent() throws(RabbitError) -> AMQPEvent? {
        var frame = amqp_frame_t()
        var immediately = timeval(tv_sec: 0, tv_usec: 0)
        while true {
            let status = amqp_simple_wait_frame_noblock(connection, &frame, &immediately)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try check(status, "waiting for the broker")
            if let event = try event(of: frame) { return event }
        }
    }

    /// Frees what the library kept of the frames read so far; everything needed has been copied out of it.
    func releaseBuffers() {
        amqp_maybe_release_buffers(connection)
    }

    private func event(of frame: amqp_frame_t) throws(RabbitError) -> AMQPEvent? {
        // What is left of a channel that was closed concerns nobody.
        guard frame.channel == channel || frame.channel == 0 else { return nil }
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return try event(of: frame.payload.method, on: frame.channel)
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            guard let decoded = header.decoded else { return nil }
            let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
            return assembly.add(header: properties, bodySize: header.body_size)
        case AMQP_FRAME_BODY:
            return assembly.add(body: frame.payload.body_fragment)
        default:
            return nil
        }
    }

    private func event(of method: amqp_method_t, on channel: amqp_channel_t) throws(RabbitError) -> AMQPEvent? {
        switch method.id {
        case AMQP_BASIC_ACK_METHOD:
            let ack = method.decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            return .confirmed(tag: ack.delivery_tag, multiple: ack.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let nack = method.decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            return .refused(tag: nack.delivery_tag, multiple: nack.multiple != 0)
        case AMQP_BASIC_DELIVER_METHOD:
            assembly.begin(method.decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self).pointee)
            return nil
        case AMQP_BASIC_RETURN_METHOD:
            assembly.begin(method.decoded.assumingMemoryBound(to: amqp_basic_return_t.self).pointee)
            return nil
        case AMQP_BASIC_CANCEL_METHOD:
            return .consumerCancelled
        case AMQP_CHANNEL_CLOSE_METHOD:
            assembly.reset()
            return .channelClosed(channelClosed(method, on: channel, "using the channel"))
        case AMQP_CONNECTION_CLOSE_METHOD:
            throw connectionClosed(method, "using the connection")
        case AMQP_CONNECTION_BLOCKED_METHOD:
            let blocked = method.decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self).pointee
            return .blocked(reason: String(blocked.reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            return .unblocked
        default:
            return nil
        }
    }
}
