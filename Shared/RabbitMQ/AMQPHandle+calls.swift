internal import CRabbitMQ
internal import Messaging

/// The synchronous calls: each waits for the broker's answer, at most for the configuration's `callTimeout`.
extension AMQPHandle {
    /// Opens the channel of messages.
    func openChannel() throws(RabbitError) {
        turnChannel()
        try open(channel)
    }

    /// Closes the channel of messages, and with it its consumer; what it had not acknowledged goes back to the queue.
    func closeChannel() throws(RabbitError) {
        try check(amqp_channel_close(connection, channel, AMQP_REPLY_SUCCESS), on: channel, "closing the channel")
    }

    /// Makes the broker confirm publishes.
    func selectConfirms() throws(RabbitError) {
        amqp_confirm_select(connection, channel)
        try check(amqp_get_rpc_reply(connection), on: channel, "turning confirms on")
    }

    /// Declares an exchange.
    func declare(_ exchange: Topology.Exchange) throws(RabbitError) {
        try onScratchChannel("declaring exchange \(exchange.name)") { connection in
            exchange.name.withAMQPBytes { name in
                exchange.kind.rawValue.withAMQPBytes { kind in
                    _ = amqp_exchange_declare(
                        connection, Self.scratchChannel, name, kind, 0, 1, 0, 0, amqp_empty_table)
                }
            }
        }
    }

    /// Declares a queue with its arguments.
    func declare(_ queue: Topology.Queue) throws(RabbitError) {
        let arguments = queue.arguments.sorted { $0.key < $1.key }.map { name, value -> (String, AMQPTable.Value) in
            switch value {
            case .text(let text): (name, .text(text))
            case .number(let number): (name, .number(number))
            }
        }
        try onScratchChannel("declaring queue \(queue.name)") { connection in
            AMQPTable(arguments).withTable { table in
                queue.name.withAMQPBytes { name in
                    _ = amqp_queue_declare(connection, Self.scratchChannel, name, 0, 1, 0, 0, table)
                }
            }
        }
    }

    /// Takes a lock that ends with this connection; false when another connection has it.
    ///
    /// It is a queue that belongs to one connection.
    func lock(_ name: String) throws(RabbitError) -> Bool {
        do throws(RabbitError) {
            try onScratchChannel("locking \(name)") { connection in
                name.withAMQPBytes { name in
                    _ = amqp_queue_declare(connection, Self.scratchChannel, name, 0, 0, 1, 0, amqp_empty_table)
                }
            }
            return true
        } catch  where error.replyCode == Int(AMQP_RESOURCE_LOCKED) {
            return false
        }
    }

    /// Declares a quorum queue over so many nodes that the broker removes when nobody uses it.
    func declareFleeting(queue: String, nodes: Int64) throws(RabbitError) {
        let arguments = AMQPTable([
            ("x-queue-type", .text("quorum")), ("x-expires", .number(10_000)),
            ("x-quorum-initial-group-size", .number(nodes)),
        ])
        try onScratchChannel("declaring queue \(queue)") { connection in
            arguments.withTable { table in
                queue.withAMQPBytes { name in
                    _ = amqp_queue_declare(connection, Self.scratchChannel, name, 0, 1, 0, 0, table)
                }
            }
        }
    }

    /// Binds a queue.
    func declare(_ binding: Topology.Binding) throws(RabbitError) {
        try onScratchChannel("binding \(binding.queue) to \(binding.exchange) by \(binding.key)") { connection in
            binding.queue.withAMQPBytes { queue in
                binding.exchange.withAMQPBytes { exchange in
                    binding.key.withAMQPBytes { key in
                        _ = amqp_queue_bind(connection, Self.scratchChannel, queue, exchange, key, amqp_empty_table)
                    }
                }
            }
        }
    }

    /// Asks whether an exchange exists, declaring nothing.
    func checkExists(exchange: String) throws(RabbitError) {
        try onScratchChannel("looking for exchange \(exchange)") { connection in
            exchange.withAMQPBytes { name in
                _ = amqp_exchange_declare(
                    connection, Self.scratchChannel, name, amqp_empty_bytes, 1, 0, 0, 0, amqp_empty_table)
            }
        }
    }

    /// Asks how many messages wait in a queue and how many consumers it has, declaring nothing.
    func depth(of queue: String) throws(RabbitError) -> QueueDepth {
        var depth = QueueDepth()
        try onScratchChannel("looking for queue \(queue)") { connection in
            let answer = queue.withAMQPBytes { name in
                amqp_queue_declare(connection, Self.scratchChannel, name, 1, 0, 0, 0, amqp_empty_table)
            }
            guard let answer else { return }
            depth.messages = Int(answer.pointee.message_count)
            depth.consumers = Int(answer.pointee.consumer_count)
        }
        return depth
    }

    /// Whether a queue is there.
    func exists(queue: String) throws(RabbitError) -> Bool {
        do throws(RabbitError) {
            _ = try depth(of: queue)
            return true
        } catch  where error.code == .notFound {
            return false
        }
    }

    /// Deletes a queue with what is in it; it need not exist.
    func delete(queue: String) throws(RabbitError) {
        try onScratchChannel("deleting queue \(queue)") { connection in
            queue.withAMQPBytes { _ = amqp_queue_delete(connection, Self.scratchChannel, $0, 0, 0) }
        }
    }

    /// Deletes an exchange; it need not exist.
    func delete(exchange: String) throws(RabbitError) {
        try onScratchChannel("deleting exchange \(exchange)") { connection in
            exchange.withAMQPBytes { _ = amqp_exchange_delete(connection, Self.scratchChannel, $0, 0) }
        }
    }

    /// Starts a consumer on the channel of messages.
    func consume(_ queue: String, prefetch: UInt16) throws(RabbitError) {
        amqp_basic_qos(connection, channel, 0, prefetch, 0)
        try check(amqp_get_rpc_reply(connection), on: channel, "setting the prefetch of \(queue)")
        queue.withAMQPBytes { name in
            Self.consumerTag.withAMQPBytes { tag in
                _ = amqp_basic_consume(connection, channel, name, tag, 0, 0, 0, amqp_empty_table)
            }
        }
        try check(amqp_get_rpc_reply(connection), on: channel, "consuming \(queue)")
    }

    /// Ends the consumer; what was delivered can still be acknowledged.
    func cancelConsumer() throws(RabbitError) {
        Self.consumerTag.withAMQPBytes { _ = amqp_basic_cancel(connection, channel, $0) }
        try check(amqp_get_rpc_reply(connection), on: channel, "cancelling the consumer")
    }

    /// Shortens the time that synchronous calls may take from now on.
    func limitCalls(to limit: Duration) {
        // Zero would mean no time at all, also for an answer that is there.
        var limit = timeval(max(limit, .milliseconds(10)))
        amqp_set_rpc_timeout(connection, &limit)
    }

    /// Says goodbye; the connection is of no use afterwards.
    func close(within limit: Duration) {
        limitCalls(to: limit)
        _ = amqp_connection_close(connection, AMQP_REPLY_SUCCESS)
    }

    private static let consumerTag = "plumbline"

    private func open(_ channel: amqp_channel_t) throws(RabbitError) {
        amqp_channel_open(connection, channel)
        try check(amqp_get_rpc_reply(connection), on: channel, "opening a channel")
    }

    /// Runs one call on a channel of its own, since a refusal closes the channel.
    private func onScratchChannel(
        _ operation: @autoclosure () -> String, _ call: (amqp_connection_state_t) -> Void
    ) throws(RabbitError) {
        try open(Self.scratchChannel)
        call(connection)
        try check(amqp_get_rpc_reply(connection), on: Self.scratchChannel, operation())
        try check(
            amqp_channel_close(connection, Self.scratchChannel, AMQP_REPLY_SUCCESS), on: Self.scratchChannel,
            operation())
    }
}
