internal import CRabbitMQ
internal import Glibc
internal import Messaging

/// What goes out without an answer. An error means that the connection is lost.
extension AMQPHandle {
    /// Sends one message, persistent and mandatory.
    func publish(_ message: OutgoingMessage) throws(RabbitError) {
        let status = scratch.withMessage(message) { exchange, key, properties, body in
            amqp_basic_publish(connection, channel, exchange, key, 1, 0, &properties, body)
        }
        try check(status, "publishing to \(message.exchange)")
    }

    /// Acknowledges one delivery, or all up to it.
    func acknowledge(tag: UInt64, multiple: Bool) throws(RabbitError) {
        try check(amqp_basic_ack(connection, channel, tag, multiple ? 1 : 0), "acknowledging")
    }

    /// Rejects one delivery without requeueing it: the broker makes it a dead letter.
    func reject(tag: UInt64) throws(RabbitError) {
        try check(amqp_basic_reject(connection, channel, tag, 0), "rejecting")
    }

    /// Whether the socket takes a good deal more without blocking.
    ///
    /// The kernel reports a TCP socket as writable only while at least a third of its send buffer is free.
    var isWritable: Bool {
        var descriptor = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, 0) == 1
    }

    /// Holds half-full segments back, or lets them go.
    func cork(_ corked: Bool) {
        shim_cork(descriptor, corked ? 1 : 0)
    }
}
